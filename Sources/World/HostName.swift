/// A fully qualified host name (RFC 1123, 2.1; RFC 1035, 2.3.4).
package enum HostName {
  /// Why the text is not one, without a full stop; nil when it is.
  package static func problem(_ name: String) -> String? {
    if isPlain(name) { return nil }
    guard name.utf8.count <= 253 else { return "it is longer than 253 characters" }
    let labels = name.split(separator: ".", omittingEmptySubsequences: false)
    guard labels.count >= 2 else { return "it has no domain; write it as host.domain, such as cc-01.forest1.local" }
    for label in labels {
      guard !label.isEmpty else { return "it has an empty part; write single dots, none at the start or the end" }
      guard label.utf8.count <= 63 else { return "the part '\(label)' is longer than 63 characters" }
      guard label.utf8.allSatisfy({ isLetterOrDigit($0) || $0 == 45 }) else {
        return "the part '\(label)' has a character other than letters, digits and -"
      }
      guard label.utf8.first != 45, label.utf8.last != 45 else { return "the part '\(label)' starts or ends with -" }
    }
    return nil
  }

  /// The common case in one look: what is plain has no problem, and whatever else is looked at part by part.
  private static func isPlain(_ name: String) -> Bool {
    var (length, labels, last) = (0, 0, UInt8(45))
    for byte in name.utf8 {
      if byte == 46 {
        guard length > 0, last != 45 else { return false }
        (length, labels) = (0, labels + 1)
      } else {
        guard isLetterOrDigit(byte) || (byte == 45 && length > 0), length < 63 else { return false }
        length += 1
      }
      last = byte
    }
    return labels >= 1 && length > 0 && last != 45 && name.utf8.count <= 253
  }

  private static func isLetterOrDigit(_ b: UInt8) -> Bool { (48...57).contains(b) || (65...90).contains(b) || (97...122).contains(b) }
}
