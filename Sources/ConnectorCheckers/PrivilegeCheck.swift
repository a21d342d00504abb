import World

/// P1: nothing privileged is performed without an event before it that allows this request this operation, and nothing after one that denies it (ARCHITECTURE.md,
/// "Nothing privileged happens without an audit event before and after"; expectations 4: deny by default, audited).
struct PrivilegeCheck: Sendable {
  private struct Key: Hashable {
    var node, request: String
  }
  private var allowed: [Key: String] = [:]
  private var denied: Set<Key> = []

  mutating func see(_ fact: ConnectorFact) -> [ConnectorViolation] {
    switch fact.what {
    case .operationAllowed(let request, let operation): allowed[Key(node: fact.node, request: request)] = operation
    case .operationDenied(let request, _): denied.insert(Key(node: fact.node, request: request))
    case .operationDone(let request, let operation):
      let key = Key(node: fact.node, request: request)
      var what: String?
      if let known = allowed[key] {
        if known != operation { what = "request \(request) was allowed to \(known) and did \(operation)" }
      } else {
        what = "\(operation) was done for request \(request), which was \(denied.contains(key) ? "denied" : "never allowed")"
      }
      return what.map { [ConnectorViolation(invariant: .p1, at: fact.at, node: fact.node, what: $0)] } ?? []
    default: break
    }
    return []
  }
}
