/// The choice itself: who of those that may take part is elected, and why in a sentence.
struct Election: Hashable {
  var elected: String?
  var reason: String
  var candidates: [String]

  /// What the choice depends on.
  struct Situation {
    var own: String
    var isListed = false
    /// Nil: nothing was ever synced, or it cannot be read; then why.
    var unsynced: String?
    var answering: [String] = []
    /// Peers that are named and do not answer, each with how long or why.
    var silent: [(fqdn: String, detail: String)] = []
  }

  /// The first by alphabetical order of the fully qualified name, without case (product facts 3.3).
  static func decide(_ situation: Situation) -> Election {
    let own = situation.own
    if let unsynced = situation.unsynced {
      return Election(elected: own, reason: "this connector elects only itself, because \(unsynced)", candidates: [own])
    }
    guard situation.isListed else {
      return Election(elected: nil, reason: "the configuration does not name this connector, so it takes no part in the election", candidates: [])
    }
    let silent =
      situation.silent.isEmpty
      ? "" : "; silent: " + situation.silent.map { "\($0.fqdn) (\($0.detail))" }.joined(separator: ", ")
    let candidates = sorted(situation.answering + [own])
    if candidates.count == 1 {
      let reason =
        situation.silent.isEmpty
        ? "it is the only connector of the resource location"
        : "it is the only one of \(situation.silent.count + 1) connectors that takes part\(silent)"
      return Election(elected: own, reason: reason, candidates: candidates)
    }
    return Election(
      elected: candidates.first, reason: "first by name of the \(candidates.count) connectors that answer\(silent)", candidates: candidates)
  }

  static func sorted(_ names: [String]) -> [String] { names.sorted { ($0.lowercased(), $0) < ($1.lowercased(), $1) } }
}
