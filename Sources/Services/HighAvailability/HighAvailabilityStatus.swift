package import Outage
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
  /// Who brokers: in `workingNormally` and `pendingHA` the cloud, in the others the elected connector.
  package var mode: OutageMode?
  package var modeSince: WallTime?
  /// In one word, such as `checkFailed`, and in a sentence.
  package var rule: OutageRule?
  package var ruleReason: String?
  /// This connector is the one that brokers.
  package var brokersHere: Bool?
  package var forced: Bool?
  /// What was given for it; nil when only the registry knows.
  package var forcedReason: String?
  /// The timers' profile.
  package var profile: String?
  package var waitsFor: [String]?
  package var wouldChange: [String]?

  /// Adds what the outage state machine says.
  mutating func show(_ outage: OutageHost, _ now: Now) {
    let why = outage.logic.why(at: now.moment)
    mode = why.mode
    modeSince = now.wall - (now.moment - why.since)
    rule = why.rule
    ruleReason = why.rule.sentence
    brokersHere = outage.logic.isServing
    forced = outage.logic.isForced
    forcedReason = outage.forcedReason
    profile = outage.logic.settings.timers.name
    waitsFor = why.waitsFor
    wouldChange = why.wouldChange
  }

  /// The answer in sentences, for people.
  package var sentence: String {
    guard let mode, let modeSince, let ruleReason else { return electionSentence }
    var text = electionSentence + " The mode is \(mode.title) since \(modeSince.iso8601(fraction: 0)): \(ruleReason)."
    if let waitsFor, !waitsFor.isEmpty { text += " It waits for: " + waitsFor.joined(separator: "; ") + "." }
    if let wouldChange, !wouldChange.isEmpty { text += " What would change it: " + wouldChange.joined(separator: "; ") + "." }
    return text
  }

  private var electionSentence: String {
    guard let elected else { return "Nobody is elected yet: \(reason)." }
    let who = isSelf ? "\(elected), this connector, is elected" : "\(elected) is elected"
    return "\(who)\(since.map { " since \($0.iso8601(fraction: 0))" } ?? ""): \(reason)."
  }
}
