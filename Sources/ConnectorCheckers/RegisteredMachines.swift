import World

/// O6: where each machine of a location is registered, and since when that is not where it must be.
struct RegisteredMachines: Sendable {
  enum Place: Hashable, Sendable {
    case cloud
    case connector(String)
  }
  private struct Machine: Sendable {
    var place: Place?
    var lostSince: WallTime?
    var isTold = false
  }
  private var machines: [String: Machine] = [:]
  private var names: [String: [String]] = [:]

  mutating func add(_ name: String, _ location: String) {
    machines[name] = Machine()
    names[location, default: []].append(name)
  }

  mutating func put(_ machine: String, _ place: Place) { machines[machine]?.place = place }

  /// Asked only where it is clear who brokers: all connectors that run are in an outage and one that has a configuration serves, or all are in Working Normally and reach the cloud.
  mutating func weigh(_ location: String, _ connectors: [(name: String, node: OutageChecks.Node)], at now: WallTime) {
    guard let here = names[location] else { return }
    let active = connectors.filter(\.node.isActive)
    let brokers = Set(active.filter { $0.node.isServing && $0.node.isConfigured }.map(\.name))
    let isOutage = !brokers.isEmpty && active.allSatisfy(\.node.phase.brokersLocally)
    let isWell = !active.isEmpty && active.allSatisfy { $0.node.phase == .workingNormally && $0.node.cloud == .yes }
    for name in here {
      guard var machine = machines[name] else { continue }
      let isThere: Bool =
        switch machine.place {
        case .cloud?: isWell
        case .connector(let connector)?: isOutage && brokers.contains(connector)
        case nil: false
        }
      let isLost = (isOutage || isWell) && !isThere
      machine.lostSince = isLost ? machine.lostSince ?? now : nil
      if !isLost { machine.isTold = false }
      machines[name] = machine
    }
  }

  /// Those that are late, each told once.
  mutating func late(_ location: String, after limit: Duration, at now: WallTime) -> [(machine: String, seconds: Int)] {
    var out: [(machine: String, seconds: Int)] = []
    for name in names[location] ?? [] {
      guard let machine = machines[name], !machine.isTold, let since = machine.lostSince, now - since > limit else { continue }
      machines[name]?.isTold = true
      out.append((name, Int((now - since).inSeconds)))
    }
    return out
  }
}
