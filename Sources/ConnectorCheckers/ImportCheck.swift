import World

/// C1: a failed import never replaces a good configuration (product facts 3.1: each sync builds a new database and replaces the previous one only on success).
/// What is in use is what was imported or opened last; a failure says that, and changes nothing; only damage that was told makes an older one come back. An import
/// that a crash took before it was told may be found by the next start, or not.
struct ImportCheck: Sendable {
  private struct State {
    var revision: Int?
    /// What a trace began with is not known.
    var isKnown = false
    var pending: Int?
    var isDamaged = false

    init() {}
    init(inUse revision: Int?) { (self.revision, isKnown) = (revision, true) }
  }
  private var states: [String: State] = [:]

  mutating func see(_ fact: ConnectorFact) -> [ConnectorViolation] {
    var state = states[fact.node] ?? State()
    var what: String?
    switch fact.what {
    case .importPending(let revision): state.pending = revision
    case .configurationImported(let revision): state = State(inUse: revision)
    case .configurationOpened(let revision):
      if !state.isDamaged, let known = state.revision, known != revision, state.pending != revision {
        what = "it opened revision \(revision); \(known) was imported and is not damaged"
      }
      state = State(inUse: revision)
    case .configurationDamaged: state.isDamaged = true
    case .importFailed(let revision, let kept):
      if state.isKnown, kept != state.revision, !state.isDamaged {
        what = "the failed import of \(revision) left \(Self.name(kept)) in use instead of \(Self.name(state.revision))"
      }
      if !state.isKnown || state.isDamaged { state = State(inUse: kept) }
      state.pending = nil
    case .configurationRead(let revision):
      if state.isKnown, revision != state.revision, !state.isDamaged {
        what = "it brokers by \(Self.name(revision)) instead of \(Self.name(state.revision))"
      }
      if !state.isKnown || state.isDamaged {
        let pending = state.pending
        state = State(inUse: revision)
        state.pending = pending
      }
    default: return []
    }
    states[fact.node] = state
    return what.map { [ConnectorViolation(invariant: .c1, at: fact.at, node: fact.node, what: $0)] } ?? []
  }

  private static func name(_ revision: Int?) -> String { revision.map { "revision \($0)" } ?? "no revision" }
}
