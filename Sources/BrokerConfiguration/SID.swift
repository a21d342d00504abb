/// The text form of a security identifier, `S-1-…` ([MS-DTYP] 2.4.2.1).
package enum SID {
  /// `S-1-`, an authority below 2^48 and one to fifteen sub-authorities below 2^32, decimal.
  package static func isWellFormed(_ text: String) -> Bool {
    guard text.utf8.count <= 184 else { return false }
    let parts = text.split(separator: "-", omittingEmptySubsequences: false)
    guard (4...18).contains(parts.count), parts[0] == "S" || parts[0] == "s", parts[1] == "1" else { return false }
    func decimal(_ part: Substring) -> UInt64? { part.utf8.allSatisfy { (48...57).contains($0) } ? UInt64(part) : nil }
    guard let authority = decimal(parts[2]), authority < 1 << 48 else { return false }
    return parts.dropFirst(3).allSatisfy { decimal($0).map { $0 <= UInt64(UInt32.max) } ?? false }
  }
}
