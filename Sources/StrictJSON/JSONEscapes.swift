/// The escapes of a JSON string, unescaped to UTF-8.
enum JSONEscapes {
  /// Reads the escape that begins at `at`; returns where it ends.
  static func read(_ input: UnsafeBufferPointer<UInt8>, at: Int, into out: inout [UInt8]) throws(JSONError) -> Int {
    guard at + 1 < input.count else { throw JSONError(at: at, "the document ends within a string") }
    switch input[at + 1] {
    case UInt8(ascii: "\""): out.append(UInt8(ascii: "\""))
    case UInt8(ascii: "\\"): out.append(UInt8(ascii: "\\"))
    case UInt8(ascii: "/"): out.append(UInt8(ascii: "/"))
    case UInt8(ascii: "b"): out.append(0x08)
    case UInt8(ascii: "f"): out.append(0x0c)
    case UInt8(ascii: "n"): out.append(0x0a)
    case UInt8(ascii: "r"): out.append(0x0d)
    case UInt8(ascii: "t"): out.append(0x09)
    case UInt8(ascii: "u"): return try unicode(input, at: at, into: &out)
    default: throw JSONError(at: at, "an unknown escape")
    }
    return at + 2
  }

  private static func unicode(_ input: UnsafeBufferPointer<UInt8>, at: Int, into out: inout [UInt8]) throws(JSONError) -> Int {
    let first = try unit(input, at: at)
    var value = UInt32(first)
    var end = at + 6
    if (0xd800..<0xdc00).contains(first) {
      guard end + 1 < input.count, input[end] == UInt8(ascii: "\\"), input[end + 1] == UInt8(ascii: "u") else {
        throw JSONError(at: at, "a lone surrogate")
      }
      let second = try unit(input, at: end)
      guard (0xdc00..<0xe000).contains(second) else { throw JSONError(at: at, "a lone surrogate") }
      value = 0x10000 + (UInt32(first) - 0xd800) << 10 + (UInt32(second) - 0xdc00)
      end += 6
    }
    guard let scalar = Unicode.Scalar(value) else { throw JSONError(at: at, "a lone surrogate") }
    out.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
    return end
  }

  private static func unit(_ input: UnsafeBufferPointer<UInt8>, at: Int) throws(JSONError) -> UInt16 {
    guard at + 6 <= input.count else { throw JSONError(at: at, "the document ends within a string") }
    var value: UInt16 = 0
    for byte in input[at + 2..<at + 6] {
      guard let digit = HexDigits.value(byte) else { throw JSONError(at: at, "expected four hexadecimal digits") }
      value = value << 4 | UInt16(digit)
    }
    return value
  }
}

/// Hexadecimal text as bytes.
package enum HexDigits {
  static func value(_ digit: UInt8) -> UInt8? {
    switch digit {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): digit - UInt8(ascii: "A") + 10
    default: nil
    }
  }

  /// Nil for anything but pairs of hexadecimal digits.
  package static func bytes(_ text: some Collection<UInt8>) -> [UInt8]? {
    guard text.count % 2 == 0 else { return nil }
    var out: [UInt8] = []
    out.reserveCapacity(text.count / 2)
    var high: UInt8?
    for digit in text {
      guard let value = value(digit) else { return nil }
      if let h = high {
        out.append(h << 4 | value)
        high = nil
      } else {
        high = value
      }
    }
    return out
  }
}
