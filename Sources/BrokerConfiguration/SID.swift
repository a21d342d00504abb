/// The text form of a security identifier, `S-1-…` ([MS-DTYP] 2.4.2.1).
package enum SID {
  /// `S-1-`, an authority below 2^48 and one to fifteen sub-authorities below 2^32, decimal.
  package static func isWellFormed(_ text: String) -> Bool {
    let bytes = text.utf8
    guard bytes.count <= 184, bytes.count > 6 else { return false }
    var at = bytes.startIndex
    func take(_ byte: UInt8) -> Bool {
      guard at != bytes.endIndex, bytes[at] == byte else { return false }
      at = bytes.index(after: at)
      return true
    }
    /// One part, digits only, at most `most`.
    func number(_ most: UInt64) -> Bool {
      var (value, digits) = (UInt64(0), 0)
      while at != bytes.endIndex, case let byte = bytes[at], (48...57).contains(byte) {
        let (tens, over) = value.multipliedReportingOverflow(by: 10)
        let (sum, more) = tens.addingReportingOverflow(UInt64(byte - 48))
        if over || more { return false }
        (value, digits) = (sum, digits + 1)
        at = bytes.index(after: at)
      }
      return digits > 0 && value <= most
    }
    guard take(UInt8(ascii: "S")) || take(UInt8(ascii: "s")), take(UInt8(ascii: "-")), take(UInt8(ascii: "1")), take(UInt8(ascii: "-")),
      number(1 << 48 - 1)
    else { return false }
    var parts = 0
    while at != bytes.endIndex {
      guard take(UInt8(ascii: "-")), number(UInt64(UInt32.max)) else { return false }
      parts += 1
    }
    return (1...15).contains(parts)
  }
}
