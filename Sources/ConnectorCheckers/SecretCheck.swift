import World

/// S1: a secret whose storing was acknowledged is there with what was acknowledged, or with what was begun after it, until somebody removes it or the connector
/// itself says that it is damaged (expectations 15: a crash-safe credential store).
struct SecretCheck: Sendable {
  private struct Secret {
    var acknowledged: String?
    var begun: [String?] = []
    var isKept = false
    var isTold = false
  }
  private struct Key: Hashable {
    var node, name: String
  }
  private var secrets: [Key: Secret] = [:]

  mutating func see(_ fact: ConnectorFact) -> [ConnectorViolation] {
    switch fact.what {
    case .secretBegun(let name, let digest): secrets[Key(node: fact.node, name: name), default: Secret()].begun.append(digest)
    case .secretAcknowledged(let name):
      let latest = secrets[Key(node: fact.node, name: name)]?.begun.last ?? nil
      secrets[Key(node: fact.node, name: name)] = Secret(acknowledged: latest, isKept: true)
    case .secretRemoved(let name): secrets[Key(node: fact.node, name: name)] = nil
    case .secretDamaged(let name): secrets[Key(node: fact.node, name: name)]?.isTold = true
    case .secretRead(let name, let isThere, let digest):
      guard let secret = secrets[Key(node: fact.node, name: name)], secret.isKept, !secret.isTold else { return [] }
      if !isThere { return [violation(fact, "\(name) was acknowledged and is gone")] }
      guard let digest, let expected = secret.acknowledged, digest != expected, !secret.begun.contains(digest) else { return [] }
      return [violation(fact, "\(name) is not what was acknowledged")]
    default: break
    }
    return []
  }

  private func violation(_ fact: ConnectorFact, _ what: String) -> ConnectorViolation {
    ConnectorViolation(invariant: .s1, at: fact.at, node: fact.node, what: what)
  }
}
