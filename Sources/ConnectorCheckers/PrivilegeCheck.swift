import World

/// P1: nothing privileged is performed without an event before it that allows this request this operation, and nothing after one that denies it (ARCHITECTURE.md,
/// "Nothing privileged happens without an audit event before and after"; expectations 4: deny by default, audited). One leave is for one performance: a request
/// that comes again gets a leave of its own.
struct PrivilegeCheck: Sendable {
  private struct Request {
    var id, operation: String
    var isAllowed: Bool
  }
  /// Of each connector: requests that were allowed or denied and have not been done, the newest last. What was refused later or lost in a crash is never done, so
  /// only so many are remembered.
  private var open: [String: [Request]] = [:]
  static let remembered = 64

  mutating func see(_ fact: ConnectorFact) -> [ConnectorViolation] {
    switch fact.what {
    case .operationAllowed(let request, let operation): remember(fact.node, Request(id: request, operation: operation, isAllowed: true))
    case .operationDenied(let request, let operation): remember(fact.node, Request(id: request, operation: operation, isAllowed: false))
    case .operationDone(let request, let operation):
      guard let what = problem(fact.node, request, operation) else { return [] }
      return [ConnectorViolation(invariant: .p1, at: fact.at, node: fact.node, what: what)]
    default: break
    }
    return []
  }

  private mutating func remember(_ node: String, _ request: Request) {
    guard let at = open.index(forKey: node) else {
      open[node] = [request]
      return
    }
    if open.values[at].count >= Self.remembered { open.values[at].removeFirst() }
    open.values[at].append(request)
  }

  private mutating func problem(_ node: String, _ request: String, _ operation: String) -> String? {
    let place = open.index(forKey: node)
    // The latest leave: a request that is denied because it is being done already takes nothing back.
    guard let place, let at = open.values[place].lastIndex(where: { $0.id == request && $0.isAllowed }) else {
      let isDenied = place.map { open.values[$0].contains { $0.id == request } } ?? false
      return "\(operation) was done for request \(request), which was \(isDenied ? "denied" : "never allowed, or was done already")"
    }
    let allowed = open.values[place].remove(at: at)
    return allowed.operation == operation ? nil : "request \(request) was allowed to \(allowed.operation) and did \(operation)"
  }
}
