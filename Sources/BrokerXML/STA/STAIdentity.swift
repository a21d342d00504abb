/// Ids of Secure Ticket Authorities: upper-case letters and digits, fewer than 32, usually `STA` and hexadecimal digits (product facts 7).
///
/// A ticket names its authority by this id alone, and a gateway asks whichever it knows by that name. Connectors that all call themselves `CWSSTA` are one to it, also
/// those of another customer, and it asks the wrong one. So each connector has an id of its own, made of the connector's.
package enum STAIdentity {
  /// What connectors without an id of their own are shown as.
  package static let shared = "CWSSTA"

  package static func isValid(_ id: String) -> Bool {
    (1..<32).contains(id.utf8.count) && id.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x41...0x5a).contains($0) }
  }

  /// `STA` and 12 hexadecimal digits: the connector id's own first ones when it is a UUID, a digest's of any other.
  package static func of(connector: String) -> String {
    let digits = connector.uppercased().utf8.filter { $0 != UInt8(ascii: "-") }
    let isHex = digits.allSatisfy { (0x30...0x39).contains($0) || (0x41...0x46).contains($0) }
    if isHex, digits.count >= 12 { return "STA" + String(decoding: digits.prefix(12), as: UTF8.self) }
    let digest = String(StableNumber.long(connector), radix: 16, uppercase: true)
    return "STA" + (String(repeating: "0", count: 16 - digest.count) + digest).suffix(12)
  }
}
