import World

/// E3: a registration is accepted only by a connector that holds itself for elected (product facts 3.3: "only the elected connector accepts connections and
/// registrations in an outage; others reject").
struct RegistrationCheck: Sendable {
  private var elected: Set<String> = []

  mutating func see(_ fact: ConnectorFact) -> [ConnectorViolation] {
    switch fact.what {
    case .elected(let who): if who == fact.node { elected.insert(fact.node) } else { elected.remove(fact.node) }
    case .joined, .left: elected.remove(fact.node)
    case .registration(let machine, true) where !elected.contains(fact.node):
      return [ConnectorViolation(invariant: .e3, at: fact.at, node: fact.node, what: "it registered \(machine) and was not elected")]
    default: break
    }
    return []
  }
}
