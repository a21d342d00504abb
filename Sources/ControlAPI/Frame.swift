/// How control messages travel: four bytes of length, most significant first, and that many bytes of JSON. The same on every byte of both directions.
package enum ControlFrame {
  /// The most that one frame may carry: 1 MiB. What is longer is sent in pieces (events) or refused with advice.
  package static let limit = 1_048_576

  package static func encode(_ payload: [UInt8]) throws(FrameError) -> [UInt8] {
    guard !payload.isEmpty else { throw .empty }
    guard payload.count <= limit else { throw .oversized(length: payload.count, limit: limit) }
    var out: [UInt8] = []
    out.reserveCapacity(payload.count + 4)
    withUnsafeBytes(of: UInt32(payload.count).bigEndian) { out.append(contentsOf: $0) }
    out.append(contentsOf: payload)
    return out
  }
}

/// Why bytes are not a control message. After any of these the connection is closed: where the next frame would begin is not known.
package enum FrameError: Error, Hashable, Sendable, CustomStringConvertible {
  case oversized(length: Int, limit: Int)
  case empty
  /// The peer went away in the middle of a frame.
  case truncated(have: Int, want: Int)
  /// The frame is whole, but not the JSON that was expected there; the sentence says what and where.
  case malformed(String)

  package var description: String {
    switch self {
    case .oversized(let length, let limit): "a frame announces \(length) bytes; at most \(limit) are allowed"
    case .empty: "a frame announces 0 bytes; a JSON object is expected"
    case .truncated(let have, let want): "the connection ended after \(have) of a frame's \(want) bytes"
    case .malformed(let why): "a frame is not a control message: \(why)"
    }
  }
}

/// Cuts a stream of bytes into frames. It keeps at most one frame and what was appended last; a length beyond the limit is refused before its body is
/// awaited.
package struct FrameDecoder: Sendable {
  private var buffer: [UInt8] = []
  private var start = 0
  private let limit: Int

  package init(limit: Int = ControlFrame.limit) { self.limit = limit }

  package mutating func append(_ bytes: some Sequence<UInt8>) {
    if start > 0 {
      buffer.removeFirst(start)
      start = 0
    }
    buffer.append(contentsOf: bytes)
  }

  /// The payload of the next whole frame, or nil until more bytes come.
  package mutating func next() throws(FrameError) -> [UInt8]? {
    guard let length = try announced() else { return nil }
    guard buffer.count - start - 4 >= length else { return nil }
    let payload = Array(buffer[(start + 4)..<(start + 4 + length)])
    start += 4 + length
    return payload
  }

  /// A frame has begun and is not whole.
  package var isMidFrame: Bool { start < buffer.count }

  /// To be called when no more bytes come. Throws `truncated` in the middle of a frame.
  package func finish() throws(FrameError) {
    guard isMidFrame else { return }
    let have = buffer.count - start
    throw .truncated(have: have, want: (try announced() ?? 0) + 4)
  }

  private func announced() throws(FrameError) -> Int? {
    guard buffer.count - start >= 4 else { return nil }
    let length = buffer[start..<(start + 4)].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
    if length == 0 { throw .empty }
    if Int(length) > limit { throw .oversized(length: Int(length), limit: limit) }
    return Int(length)
  }
}
