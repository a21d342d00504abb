import World

/// C1: a failed import never replaces a good configuration (product facts 3.1: each sync builds a new database and replaces the previous one only on success).
/// What is in use is what was imported or opened last; a failure says that, and changes nothing; only damage that was told makes an older one come back.
struct ImportCheck: Sendable {
  private struct State {
    var revision: Int?
    var isDamaged = false
  }
  private var states: [String: State] = [:]

  mutating func see(_ fact: ConnectorFact) -> [ConnectorViolation] {
    var state = states[fact.node] ?? State()
    let isNew = states[fact.node] == nil
    var what: String?
    switch fact.what {
    case .configurationImported(let revision): state = State(revision: revision)
    case .configurationOpened(let revision):
      if !isNew, !state.isDamaged, let known = state.revision, known != revision {
        what = "it opened revision \(revision); \(known) was imported and is not damaged"
      }
      state = State(revision: revision)
    case .configurationDamaged: state.isDamaged = true
    case .importFailed(let revision, let kept):
      // What a trace began with is not known.
      if isNew {
        state.revision = kept
      } else if kept != state.revision {
        what = "the failed import of \(revision) left \(Self.name(kept)) in use instead of \(Self.name(state.revision))"
      }
    case .configurationRead(let revision):
      if isNew {
        state.revision = revision
      } else if revision != state.revision {
        what = "it brokers by \(Self.name(revision)) instead of \(Self.name(state.revision))"
      }
    default: return []
    }
    states[fact.node] = state
    return what.map { [ConnectorViolation(invariant: .c1, at: fact.at, node: fact.node, what: $0)] } ?? []
  }

  private static func name(_ revision: Int?) -> String { revision.map { "revision \($0)" } ?? "no revision" }
}
