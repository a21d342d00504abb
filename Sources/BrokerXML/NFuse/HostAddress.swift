/// Where a session is reached, with the port of the protocol when none is said.
struct HostAddress: Hashable, Sendable {
  /// ICA's own (product facts 1.3).
  static let port = 1494

  var host: String
  var port: Int

  init(_ address: String) {
    let parts = address.split(separator: ":", omittingEmptySubsequences: false)
    if parts.count == 2, let port = Int(parts[1]), (1...65_535).contains(port) {
      (host, self.port) = (String(parts[0]), port)
    } else {
      (host, port) = (address, Self.port)
    }
  }

  /// An IPv4 address in four numbers.
  var isDotted: Bool {
    let parts = host.split(separator: ".", omittingEmptySubsequences: false)
    return parts.count == 4 && parts.allSatisfy { UInt8($0) != nil && !$0.hasPrefix("+") }
  }

  var withPort: String { "\(host):\(port)" }
}

/// The same number for the same text, in every process (FNV-1a).
enum StableNumber {
  static func of(_ text: String) -> UInt32 { text.utf8.reduce(0x811c_9dc5) { ($0 ^ UInt32($1)) &* 0x0100_0193 } }
  static func long(_ text: String) -> UInt64 { text.utf8.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x0100_0000_01b3 } }
}
