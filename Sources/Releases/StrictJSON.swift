/// The little of JSON that a manifest needs, read strictly: no duplicate field, no fraction, no trailing text, a bounded depth.
enum StrictJSON: Hashable, Sendable {
  case object([String: StrictJSON])
  case array([StrictJSON])
  case string(String)
  case integer(Int64)
  case bool(Bool)
  case null

  static let deepest = 8

  var kind: String {
    switch self {
    case .object: "an object"
    case .array: "a list"
    case .string: "a text"
    case .integer: "a number"
    case .bool: "true or false"
    case .null: "null"
    }
  }

  static func parse(_ bytes: [UInt8]) throws(ManifestError) -> StrictJSON {
    var reader = StrictJSONReader(bytes: bytes)
    let value = try reader.value(depth: 0)
    reader.skipSpace()
    guard reader.at == bytes.count else { throw reader.error("nothing after the end of the object") }
    return value
  }
}

private struct StrictJSONReader {
  let bytes: [UInt8]
  var at = 0

  func error(_ expected: String) -> ManifestError { ManifestError(field: "byte \(at)", expected: expected) }

  private var next: UInt8? { at < bytes.count ? bytes[at] : nil }

  mutating func skipSpace() { while let byte = next, byte == 32 || byte == 10 || byte == 13 || byte == 9 { at += 1 } }

  mutating func value(depth: Int) throws(ManifestError) -> StrictJSON {
    guard depth < StrictJSON.deepest else { throw error("at most \(StrictJSON.deepest) levels") }
    skipSpace()
    switch next {
    case UInt8(ascii: "{"): return try object(depth)
    case UInt8(ascii: "["): return try array(depth)
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "t"): return try word("true", .bool(true))
    case UInt8(ascii: "f"): return try word("false", .bool(false))
    case UInt8(ascii: "n"): return try word("null", .null)
    default: return try integer()
    }
  }

  private mutating func object(_ depth: Int) throws(ManifestError) -> StrictJSON {
    var fields: [String: StrictJSON] = [:]
    at += 1
    skipSpace()
    if take("}") { return .object(fields) }
    repeat {
      skipSpace()
      guard next == UInt8(ascii: "\"") else { throw error("a field's name in quotes") }
      let name = try string()
      skipSpace()
      guard take(":") else { throw error("a colon after \"\(name)\"") }
      let value = try value(depth: depth + 1)
      guard fields.updateValue(value, forKey: name) == nil else { throw ManifestError(field: name, expected: "one value; it is there twice") }
      skipSpace()
    } while take(",")
    guard take("}") else { throw error("a comma or } ") }
    return .object(fields)
  }

  private mutating func array(_ depth: Int) throws(ManifestError) -> StrictJSON {
    var items: [StrictJSON] = []
    at += 1
    skipSpace()
    if take("]") { return .array(items) }
    repeat {
      items.append(try value(depth: depth + 1))
      skipSpace()
    } while take(",")
    guard take("]") else { throw error("a comma or ]") }
    return .array(items)
  }

  /// Without escapes: nothing that a manifest may say needs one, and `\u0000` could only deceive.
  private mutating func string() throws(ManifestError) -> String {
    at += 1
    let start = at
    while let byte = next, byte != UInt8(ascii: "\"") {
      guard byte >= 32, byte != UInt8(ascii: "\\") else { throw error("a text without control characters and backslashes") }
      at += 1
    }
    guard next != nil, let text = String(validating: bytes[start..<at], as: UTF8.self) else { throw error("a text in UTF-8 that ends") }
    at += 1
    return text
  }

  private mutating func integer() throws(ManifestError) -> StrictJSON {
    let start = at
    if next == UInt8(ascii: "-") { at += 1 }
    while let byte = next, (48...57).contains(byte) { at += 1 }
    let isEnd = next.map { Array(" \n\r\t,]}".utf8).contains($0) } ?? true
    guard isEnd, let number = Int64(String(decoding: bytes[start..<at], as: UTF8.self)) else {
      throw error("a value: an object, a list, a text or a whole number")
    }
    return .integer(number)
  }

  private mutating func word(_ text: String, _ value: StrictJSON) throws(ManifestError) -> StrictJSON {
    guard bytes[at...].starts(with: text.utf8) else { throw error(text) }
    at += text.utf8.count
    return value
  }

  private mutating func take(_ character: Unicode.Scalar) -> Bool {
    guard next == UInt8(ascii: character) else { return false }
    at += 1
    return true
  }
}
