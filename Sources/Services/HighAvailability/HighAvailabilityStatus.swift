package import World

/// What the wire operation `status` answers.
package struct HighAvailabilityStatus: Hashable, Codable, Sendable {
  package struct Peer: Hashable, Codable, Sendable {
    package var fqdn: String
    package var id: String
    /// Nil until it has told the cloud.
    package var address: String?
    /// It takes part in the election.
    package var answers: Bool
    package var lastAnswer: WallTime?
    /// The boot of its daemon when it last answered.
    package var boot: String?
    /// Whom it holds for elected.
    package var elected: String?
    /// Why the last probe failed; nil when it did not.
    package var failure: String?
  }

  /// This connector.
  package var fqdn: String
  /// Nil while nobody has been elected yet.
  package var elected: String?
  package var isSelf: Bool
  package var reason: String
  /// Since when it has been the elected one, by this connector's clock.
  package var since: WallTime?
  package var candidates: [String]
  package var peers: [Peer]

  /// The answer in a sentence, for people.
  package var sentence: String {
    guard let elected else { return "Nobody is elected yet: \(reason)." }
    let who = isSelf ? "\(elected), this connector, is elected" : "\(elected) is elected"
    return "\(who)\(since.map { " since \($0.iso8601(fraction: 0))" } ?? ""): \(reason)."
  }
}
