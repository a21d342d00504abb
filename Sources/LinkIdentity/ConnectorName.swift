/// The name that a connector's certificate carries: a URI `spiffe://<customer>/connector/<connectorID>` in its subject alternative names
/// (the form of SPIFFE ID, section 2: trust domain, then path).
package struct ConnectorName: Hashable, Sendable {
  package var customer: String
  package var connectorID: String

  /// Throws `CertificateProblem` when a part is empty, longer than 128 characters, or has a character other than letters, digits, `.`, `_` and `-`.
  package init(customer: String, connectorID: String) throws {
    for (what, part) in [("customer", customer), ("connector id", connectorID)] where !Self.isPart(part) {
      throw CertificateProblem(
        "the \(what) '\(part.prefix(140))' cannot stand in a certificate: 1 to 128 letters, digits, '.', '_' or '-' were expected")
    }
    self.customer = customer
    self.connectorID = connectorID
  }

  /// Nil for a URI of any other form.
  package init?(uri: String) {
    guard uri.hasPrefix("spiffe://") else { return nil }
    let parts = uri.dropFirst("spiffe://".count).split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 3, parts[1] == "connector" else { return nil }
    try? self.init(customer: String(parts[0]), connectorID: String(parts[2]))
  }

  package var uri: String { "spiffe://\(customer)/connector/\(connectorID)" }

  private static func isPart(_ text: String) -> Bool {
    (1...128).contains(text.utf8.count)
      && text.utf8.allSatisfy { (48...57).contains($0) || (65...90).contains($0) || (97...122).contains($0) || $0 == 45 || $0 == 46 || $0 == 95 }
  }
}
