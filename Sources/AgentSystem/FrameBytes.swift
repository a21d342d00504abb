/// Writes the parts of a frame: integers big-endian, texts and lists with their count before them.
struct FrameWriter {
  private(set) var bytes: [UInt8] = []

  mutating func byte(_ value: UInt8) { bytes.append(value) }
  mutating func number(_ value: some FixedWidthInteger) { withUnsafeBytes(of: value.bigEndian) { bytes.append(contentsOf: $0) } }
  mutating func flag(_ value: Bool) { byte(value ? 1 : 0) }
  mutating func raw(_ value: [UInt8]) { bytes.append(contentsOf: value) }

  /// A longer text is cut: only details for people can be that long, all else is limited by its type.
  mutating func text(_ value: String, limit: Int) {
    var utf8 = value.utf8[...]
    if utf8.count > limit {
      var end = utf8.index(utf8.startIndex, offsetBy: limit)
      while end > utf8.startIndex, utf8[end] & 0xc0 == 0x80 { end = utf8.index(before: end) }
      utf8 = utf8[..<end]
    }
    number(UInt16(clamping: utf8.count))
    bytes.append(contentsOf: utf8)
  }
}

/// Reads what `FrameWriter` writes, and nothing else: each read says what it expected when the bytes are not that.
struct FrameReader {
  private let bytes: [UInt8]
  private var at = 0
  /// The request that the frame belongs to, once it is known: errors carry it, so that a bad request can be answered.
  var request: AgentRequestID?

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  func fail(_ kind: FrameError.Kind, _ detail: String) -> FrameError { FrameError(kind, "\(detail) (byte \(at))", request: request) }

  mutating func take(_ count: Int, _ what: String) throws(FrameError) -> ArraySlice<UInt8> {
    guard count <= bytes.count - at else { throw fail(.truncated, "expected \(what) of \(count) bytes; \(bytes.count - at) are left") }
    defer { at += count }
    return bytes[at..<at + count]
  }

  mutating func number<Number: FixedWidthInteger>(_ type: Number.Type, _ what: String) throws(FrameError) -> Number {
    var value: Number = 0
    for byte in try take(MemoryLayout<Number>.size, what) { value = value << 8 | Number(truncatingIfNeeded: byte) }
    return value
  }

  mutating func byte(_ what: String) throws(FrameError) -> UInt8 { try number(UInt8.self, what) }

  mutating func flag(_ what: String) throws(FrameError) -> Bool {
    switch try byte(what) {
    case 0: return false
    case 1: return true
    case let other: throw fail(.badValue, "expected 0 or 1 for \(what); got \(other)")
    }
  }

  mutating func text(_ what: String, limit: Int) throws(FrameError) -> String {
    let count = Int(try number(UInt16.self, "length of \(what)"))
    guard count <= limit else { throw fail(.badValue, "expected at most \(limit) bytes of \(what); got \(count)") }
    guard let text = String(validating: try take(count, what), as: UTF8.self) else { throw fail(.badValue, "expected UTF-8 in \(what)") }
    return text
  }

  mutating func id() throws(FrameError) -> AgentRequestID {
    AgentRequestID(high: try number(UInt64.self, "request id"), low: try number(UInt64.self, "request id"))
  }

  func end() throws(FrameError) {
    guard at == bytes.count else { throw fail(.trailingBytes, "expected the end of the frame; \(bytes.count - at) bytes follow") }
  }
}
