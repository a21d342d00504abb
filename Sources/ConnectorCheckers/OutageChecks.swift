import World

/// O1 to O5: the outage state machine of each connector, held against what is true of the cloud, of StoreFront and of its peers (product facts 3.2 to 3.6).
package struct OutageChecks: Sendable {
  struct Node: Sendable {
    var location = ""
    var isUp = false
    var isFrozen = false
    var isConfigured = false
    var joined: WallTime?
    var holdsItself = false
    var phase = OutagePhase.workingNormally
    var phaseSince: WallTime?
    var rule = ""
    var returned: WallTime?
    var relapses = 0
    var isServing = false
    var isForced = false
    /// Of the cloud; nil: nobody tells.
    var cloud: ConnectorFact.Reach?
    var cloudSince: WallTime?
    /// Nil: nobody tells.
    var asks: Bool?
    var silentSince: WallTime?
    var asksSince: WallTime?
    var peers: [String: (reach: ConnectorFact.Reach, since: WallTime)] = [:]
    /// Since when it serves and must not, or must and does not; since when the cloud is out of everybody's reach; since when it is well.
    var wrongSince, lostSince, wellSince, vouchesSince: WallTime?
    /// What was told of these already.
    var isToldWrong = false
    var isToldLate = false
    var isToldStuck = false

    var isActive: Bool { isUp && !isFrozen }
    var servesWrongly: Bool { isActive && isServing != (holdsItself && phase.brokersLocally) }
    /// StoreFront and machines are served there through the cloud.
    var vouches: Bool { isActive && isConfigured && cloud == .yes && (phase == .workingNormally || phase == .pendingRecovery) }
  }
  private let bounds: OutageBounds
  private var nodes: [String: Node] = [:]
  private var members: [String: [String]] = [:]
  var machines = RegisteredMachines()
  /// Somebody tells of outages at all.
  private var isAsked = false

  package init(_ bounds: OutageBounds) { self.bounds = bounds }

  mutating func see(_ fact: ConnectorFact) -> [ConnectorViolation] {
    var out = isAsked ? late(at: fact.at, of: fact.node) : []
    out += take(fact)
    guard isAsked else { return out }
    switch fact.what {
    // What it said last before that may still be believed for a while.
    case .joined, .frozen: weigh(nodes[fact.node]?.location ?? "", at: fact.at, anew: true)
    default: weigh(nodes[fact.node]?.location ?? "", at: fact.at)
    }
    return out
  }

  mutating func finish(at now: WallTime) -> [ConnectorViolation] {
    guard isAsked else { return [] }
    return members.keys.sorted().flatMap { location in late(at: now, in: location) }
  }

  private mutating func take(_ fact: ConnectorFact) -> [ConnectorViolation] {
    let (name, now) = (fact.node, fact.at)
    var node = nodes[name] ?? Node()
    defer { nodes[name] = node }
    switch fact.what {
    case .joined(let location):
      if node.location != location { members[location] = ((members[location] ?? []) + [name]).sorted() }
      let before = node
      node = Node(location: location, isUp: true, isConfigured: before.isConfigured, joined: now, isForced: before.isForced)
      (node.cloud, node.cloudSince, node.asks, node.silentSince) = (before.cloud, before.cloudSince, before.asks, before.silentSince)
      node.asksSince = before.asksSince
      node.peers = before.peers
    case .left: (node.isUp, node.isServing) = (false, false)
    case .frozen(let isFrozen): node.isFrozen = isFrozen
    case .configured: node.isConfigured = true
    case .elected(let who): node.holdsItself = who == name
    case .reaches(let peer, let reach): node.peers[peer] = (reach, now)
    case .mode(let phase, let rule):
      isAsked = true
      let out = moved(name, node, to: phase, rule, now)
      if node.phase == .pendingRecovery, rule == "failedInRecovery" { node.relapses += 1 }
      if phase == .workingNormally { (node.returned, node.relapses) = (now, 0) }
      (node.phase, node.phaseSince, node.rule) = (phase, now, rule)
      return out
    case .serving(let isServing):
      isAsked = true
      node.isServing = isServing
    case .reachesCloud(let reach):
      isAsked = true
      (node.cloud, node.cloudSince) = (reach, now)
    case .machine(let location):
      members[location]?.removeAll { $0 == name }
      machines.add(name, location)
    case .registration(let machine, true): machines.put(machine, .connector(name))
    case .relayed(let machine): machines.put(machine, .cloud)
    case .storeFrontAsks(let asks): (node.asks, node.silentSince, node.asksSince) = (asks, asks ? nil : now, asks ? now : nil)
    case .outageForced(let isForced): node.isForced = isForced
    default: break
    }
    return []
  }

  // MARK: O4, O5: each change by itself

  private func moved(_ name: String, _ node: Node, to phase: OutagePhase, _ rule: String, _ now: WallTime) -> [ConnectorViolation] {
    func violation(_ invariant: ConnectorInvariant, _ what: String) -> [ConnectorViolation] {
      [ConnectorViolation(invariant: invariant, at: now, node: name, what: what)]
    }
    func seconds(_ since: WallTime) -> Int { Int((now - since).inSeconds) }
    switch (node.phase, phase) {
    case (.workingNormally, .pendingHA):
      guard let returned = node.returned, now - returned < bounds.holdDown - bounds.slack else { return [] }
      return violation(.o5, "it checks the cloud anew \(seconds(returned)) s after it came back")
    case (.pendingHA, .initialHA) where rule != "forced":
      if let what = unreasonable(name, node, now) { return violation(.o4, what) }
    case (.extendedHA, .pendingRecovery):
      guard node.rule == "failedInRecovery", let since = node.phaseSince, now - since < bounds.settle(after: node.relapses) - bounds.slack else {
        break
      }
      return violation(.o5, "it believes the cloud again \(seconds(since)) s after \(node.relapses) recoveries failed")
    case (.pendingRecovery, .workingNormally):
      guard let since = node.phaseSince, now - since < bounds.recovery - bounds.slack else { break }
      return violation(.o5, "its recovery took \(seconds(since)) s only")
    default: break
    }
    return []
  }

  /// What speaks against an outage that is entered without an order.
  private func unreasonable(_ name: String, _ node: Node, _ now: WallTime) -> String? {
    if node.asks == false, let silent = node.silentSince {
      if let joined = node.joined, silent <= joined { return "it enters an outage, and StoreFront never asked it" }
      if now - silent > bounds.storeFrontFor + bounds.known {
        return "it enters an outage, and StoreFront asked last \(Int((now - silent).inSeconds)) s ago"
      }
    }
    if node.cloud == .yes, let since = node.cloudSince, now - since > bounds.known, longer(node.joined, now) {
      return "it enters an outage, and reaches the cloud for \(Int((now - since).inSeconds)) s"
    }
    guard node.isConfigured, longer(node.joined, now) else { return nil }
    // As many as a connector asks at least.
    let others = (members[node.location] ?? []).filter { $0 != name }.prefix(4)
    let voucher = others.first { other in
      guard let peer = nodes[other], longer(peer.vouchesSince, now), reach(name, other) == .yes else { return false }
      return [node.peers[other]?.since, peer.peers[name]?.since].allSatisfy { $0 == nil || longer($0, now) }
    }
    return voucher.map { "it enters an outage, and \($0), which it reaches, reaches the cloud" }
  }

  private func longer(_ since: WallTime?, _ now: WallTime) -> Bool { since.map { now - $0 > bounds.known } ?? false }

  private func reach(_ a: String, _ b: String) -> ConnectorFact.Reach {
    let (one, other) = (nodes[a]?.peers[b]?.reach ?? .yes, nodes[b]?.peers[a]?.reach ?? .yes)
    if one == .no || other == .no { return .no }
    return one == .yes && other == .yes ? .yes : .unsure
  }

  // MARK: O1, O2, O3: what lasts

  /// Since when each thing lasts that may last only so long.
  private mutating func weigh(_ location: String, at now: WallTime, anew: Bool = false) {
    let names = members[location] ?? []
    for name in names {
      guard var node = nodes[name] else { continue }
      node.wrongSince = node.servesWrongly ? node.wrongSince ?? now : nil
      if node.wrongSince == nil { node.isToldWrong = false }
      if anew { node.lostSince = nil }
      node.lostSince = isLost(name, node, names) ? node.lostSince ?? max(now, asked(node)) : nil
      if node.lostSince == nil { node.isToldLate = false }
      node.wellSince = node.isActive && node.cloud == .yes && !node.isForced ? node.wellSince ?? now : nil
      if node.wellSince == nil { node.isToldStuck = false }
      node.vouchesSince = node.vouches ? node.vouchesSince ?? now : nil
      nodes[name] = node
    }
    machines.weigh(location, names.compactMap { name in nodes[name].map { (name, $0) } }, at: now)
  }

  /// By when StoreFront has asked this process at the latest.
  private func asked(_ node: Node) -> WallTime {
    max(node.joined ?? WallTime(seconds: 0), node.asksSince ?? WallTime(seconds: 0)) + .seconds(61)
  }

  /// The cloud is out of reach of all that it may hear of, and StoreFront asks it.
  private func isLost(_ name: String, _ node: Node, _ names: [String]) -> Bool {
    guard node.isActive, node.cloud == .no, node.asks == true else { return false }
    return names.allSatisfy { other in
      guard other != name, let peer = nodes[other], peer.isActive else { return true }
      return peer.cloud == .no || reach(name, other) == .no
    }
  }

  private mutating func late(at now: WallTime, of node: String) -> [ConnectorViolation] { late(at: now, in: nodes[node]?.location ?? "") }

  private mutating func late(at now: WallTime, in location: String) -> [ConnectorViolation] {
    var out: [ConnectorViolation] = []
    for name in members[location] ?? [] {
      guard let node = nodes[name] else { continue }
      func tell(_ invariant: ConnectorInvariant, _ what: String) {
        out.append(ConnectorViolation(invariant: invariant, at: now, node: name, what: what))
      }
      if let since = node.wrongSince, now > since, !node.isToldWrong {
        nodes[name]?.isToldWrong = true
        let who = node.holdsItself ? "it is elected" : "it is not elected"
        tell(.o1, "it \(node.isServing ? "brokers" : "does not broker"), and \(who) and in \(node.phase.rawValue)")
      }
      if let since = node.lostSince, now - since > bounds.entered, !node.phase.brokersLocally, !node.isToldLate {
        nodes[name]?.isToldLate = true
        tell(.o2, "nobody reaches the cloud for \(Int((now - since).inSeconds)) s, and it is in \(node.phase.rawValue)")
      }
      if let since = node.wellSince, now - since > bounds.left, node.phase != .workingNormally, !node.isToldStuck {
        nodes[name]?.isToldStuck = true
        tell(.o3, "the cloud is well for \(Int((now - since).inSeconds)) s, and it is in \(node.phase.rawValue)")
      }
    }
    for (machine, seconds) in machines.late(location, after: bounds.registered, at: now) {
      let what = "it is not registered with whoever brokers for \(seconds) s"
      out.append(ConnectorViolation(invariant: .o6, at: now, node: machine, what: what))
    }
    return out
  }
}
