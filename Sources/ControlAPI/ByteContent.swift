import Foundation

/// Bytes that travel in JSON: base64 (RFC 4648, with padding).
package struct ByteContent: Hashable, Sendable {
  /// What a client puts together at most: 256 MiB.
  package static let limit = 268_435_456
  /// Bytes in one frame; base64 makes them a third more.
  package static let piece = 524_288

  package var bytes: [UInt8]

  package init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// The same bytes in pieces that fit a frame; one empty piece when there are none.
  package var pieces: [ByteContent] {
    if bytes.isEmpty { return [self] }
    return stride(from: 0, to: bytes.count, by: Self.piece).map { ByteContent(Array(bytes[$0..<min(bytes.count, $0 + Self.piece)])) }
  }
}

extension ByteContent: Codable {
  package init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    let text = try container.decode(String.self)
    guard let data = Data(base64Encoded: text) else {
      throw DecodingError.dataCorruptedError(in: container, debugDescription: "Base64 text is expected.")
    }
    bytes = Array(data)
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(base64)
  }

  package var base64: String { Data(bytes).base64EncodedString() }

  /// Nil when the text is not base64.
  package init?(base64 text: String) {
    guard let data = Data(base64Encoded: text) else { return nil }
    bytes = Array(data)
  }
}
