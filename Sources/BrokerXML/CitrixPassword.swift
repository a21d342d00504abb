/// Passwords as they stand in requests: clear, or in the scrambling `ctx1`, which hides nothing (two letters A to P for a byte of UTF-16, each byte
/// mixed with 0xA5 and the one before).
package enum CitrixPassword {
  package static func decodeCTX1(_ text: String) -> String? {
    let letters = Array(text.utf8)
    guard letters.count.isMultiple(of: 4) else { return nil }
    var (before, bytes): (UInt8, [UInt8]) = (0, [])
    for at in stride(from: 0, to: letters.count, by: 2) {
      guard let high = nibble(letters[at]), let low = nibble(letters[at + 1]) else { return nil }
      let byte = high << 4 | low
      bytes.append(byte ^ 0xa5 ^ before)
      before = byte
    }
    let units = stride(from: 0, to: bytes.count, by: 2).map { UInt16(bytes[$0]) | UInt16(bytes[$0 + 1]) << 8 }
    return String(validating: units, as: UTF16.self)
  }

  package static func encodeCTX1(_ text: String) -> String {
    var (before, letters): (UInt8, [UInt8]) = (0, [])
    for byte in text.utf16.flatMap({ [UInt8(truncatingIfNeeded: $0), UInt8(truncatingIfNeeded: $0 >> 8)] }) {
      before = byte ^ 0xa5 ^ before
      letters += [UInt8(ascii: "A") + before >> 4, UInt8(ascii: "A") + before & 0xf]
    }
    return String(decoding: letters, as: UTF8.self)
  }

  private static func nibble(_ letter: UInt8) -> UInt8? {
    let upper = letter & 0xdf
    return (UInt8(ascii: "A")...UInt8(ascii: "P")).contains(upper) ? upper - UInt8(ascii: "A") : nil
  }
}
