extension RolloutLogic {
  /// What is wrong with a state that came from a disk, in one sentence; nil when it can go on from there. What decodes may still contradict itself.
  package var damage: String? {
    if let rollout {
      if let problem = rollout.offer.problem { return problem }
      if rollout.counts.count != rollout.offer.rings.count { return "it counts \(rollout.counts.count) rings of \(rollout.offer.rings.count)" }
      if !(-1...rollout.offer.rings.count).contains(rollout.ring) { return "ring \(rollout.ring) is open" }
    }
    for (id, connector) in connectors {
      if connector.id != id { return "connector \(id) is called \(connector.id)" }
      if locations[connector.location]?.connectors.contains(id) != true { return "connector \(id) is not in its resource location" }
    }
    for (id, location) in locations {
      if location.id != id { return "resource location \(id) is called \(location.id)" }
      if let stranger = location.connectors.first(where: { connectors[$0] == nil }) {
        return "connector \(stranger) of a resource location is missing"
      }
    }
    return nil
  }
}
