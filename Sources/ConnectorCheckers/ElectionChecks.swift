import World

/// How long a resource location may disagree with itself.
package struct ElectionBounds: Hashable, Codable, Sendable {
  /// Two that reach each other may both hold themselves for elected so long: one learns of the other in its next round, which a probe that gets no answer may
  /// hold up.
  package var overlap: Duration
  /// So long nobody need be elected: the silence that is borne, the round that notices it, and one for the others.
  package var leaderless: Duration

  /// - Parameters:
  ///   - probeEvery, peerTimeout: of the connectors' configuration (`highAvailability`).
  package init(probeEvery: Duration = .seconds(5), peerTimeout: Duration = .seconds(15), slack: Duration = .seconds(4)) {
    overlap = probeEvery + peerTimeout / 2 + slack
    leaderless = peerTimeout + probeEvery * 3 + slack
  }
}

/// How long two held themselves for elected at once.
package struct ElectionOverlaps: Hashable, Sendable {
  package var count = 0
  package var total = Duration.zero
  package var longest = Duration.zero

  mutating func note(_ length: Duration) {
    guard length > .zero else { return }
    count += 1
    total += length
    longest = max(longest, length)
  }
}

/// E1: of two connectors that reach each other, at most one holds itself for elected, beyond a bound. E2: among connectors that all reach each other somebody
/// is elected, beyond a bound. (Product facts 3.3: each location is on its own, the first by name of those that answer is elected, and only it accepts
/// registrations.) Where A and B do not reach each other and C reaches both, the rule has no answer that is right for all; E2 is not asked of such three.
package struct ElectionChecks: Sendable {
  struct Node: Sendable {
    var location: String
    var isUp = true
    var isFrozen = false
    var isConfigured = false
    var holdsItself = false
    var reach: [String: ConnectorFact.Reach] = [:]
    var takesPart: Bool { isUp && !isFrozen && isConfigured }
    var leads: Bool { takesPart && holdsItself }
  }
  private let bounds: ElectionBounds
  var nodes: [String: Node] = [:]
  /// Sorted, by location.
  private var members: [String: [String]] = [:]
  /// Pairs that hold themselves for elected and reach each other, by location: since when.
  private var both: [String: [Pair: WallTime]] = [:]
  /// Groups without anybody elected, by location: since when.
  private var headless: [String: [[String]: WallTime]] = [:]
  /// Of pairs that reach each other, and of those that do not (a split).
  package private(set) var overlaps = ElectionOverlaps()
  package private(set) var splits = ElectionOverlaps()
  private var parted: [String: [Pair: WallTime]] = [:]

  struct Pair: Hashable, Sendable {
    var a, b: String
  }

  package init(_ bounds: ElectionBounds) { self.bounds = bounds }

  mutating func see(_ fact: ConnectorFact) -> [ConnectorViolation] {
    let node = fact.node
    switch fact.what {
    case .joined(let location):
      let known = nodes[node]
      nodes[node] = Node(location: location, isConfigured: known?.isConfigured ?? false, reach: known?.reach ?? [:])
      if known == nil { members[location] = ((members[location] ?? []) + [node]).sorted() }
    case .left: nodes[node]?.isUp = false
    case .frozen(let isFrozen): nodes[node]?.isFrozen = isFrozen
    case .configured: nodes[node]?.isConfigured = true
    case .elected(let who): nodes[node]?.holdsItself = who == node
    case .reaches(let peer, let reach): nodes[node]?.reach[peer] = reach
    default: return []
    }
    guard let location = nodes[node]?.location else { return [] }
    return look(location, at: fact.at)
  }

  mutating func finish(at now: WallTime) -> [ConnectorViolation] {
    var out: [ConnectorViolation] = []
    for location in members.keys.sorted() {
      for name in members[location] ?? [] { nodes[name]?.isUp = false }
      out += look(location, at: now)
    }
    return out
  }

  func reach(_ a: String, _ b: String) -> ConnectorFact.Reach {
    let (one, other) = (nodes[a]?.reach[b] ?? .yes, nodes[b]?.reach[a] ?? .yes)
    if one == .no || other == .no { return .no }
    return one == .yes && other == .yes ? .yes : .unsure
  }

  private mutating func look(_ location: String, at now: WallTime) -> [ConnectorViolation] {
    let present = (members[location] ?? []).filter { nodes[$0]?.takesPart == true }
    return overlapping(location, present, now) + leaderless(location, present, now)
  }

  private mutating func overlapping(_ location: String, _ present: [String], _ now: WallTime) -> [ConnectorViolation] {
    let leaders = present.filter { nodes[$0]?.leads == true }
    var (open, apart): ([Pair: WallTime], [Pair: WallTime]) = ([:], [:])
    for (index, a) in leaders.enumerated() {
      for b in leaders[(index + 1)...] {
        let pair = Pair(a: a, b: b)
        switch reach(a, b) {
        case .yes: open[pair] = both[location]?[pair] ?? now
        case .no: apart[pair] = parted[location]?[pair] ?? now
        case .unsure: break
        }
      }
    }
    var out: [ConnectorViolation] = []
    for (pair, since) in (both[location] ?? [:]).sorted(by: { ($0.key.a, $0.key.b) < ($1.key.a, $1.key.b) }) where open[pair] == nil {
      let length = now - since
      overlaps.note(length)
      guard length > bounds.overlap else { continue }
      out.append(
        ConnectorViolation(
          invariant: .e1, at: now, node: pair.b,
          what: "it was elected together with \(pair.a) for \(Int(length.inSeconds)) s, though they reach each other"))
    }
    for (pair, since) in parted[location] ?? [:] where apart[pair] == nil { splits.note(now - since) }
    both[location] = open.isEmpty ? nil : open
    parted[location] = apart.isEmpty ? nil : apart
    return out
  }

  private mutating func leaderless(_ location: String, _ present: [String], _ now: WallTime) -> [ConnectorViolation] {
    var open: [[String]: WallTime] = [:]
    for group in groups(present) where !group.contains(where: { nodes[$0]?.leads == true }) { open[group] = headless[location]?[group] ?? now }
    var out: [ConnectorViolation] = []
    for (group, since) in (headless[location] ?? [:]).sorted(by: { $0.key.lexicographicallyPrecedes($1.key) }) where open[group] == nil {
      let length = now - since
      guard length > bounds.leaderless, let first = group.first else { continue }
      out.append(
        ConnectorViolation(
          invariant: .e2, at: now, node: first, what: "nobody of \(group.joined(separator: ", ")) was elected for \(Int(length.inSeconds)) s"))
    }
    headless[location] = open.isEmpty ? nil : open
    return out
  }

  /// The groups in which everybody reaches everybody, and nobody else.
  private func groups(_ present: [String]) -> [[String]] {
    var out: [[String]] = []
    var left = present
    while let first = left.first {
      let group = present.filter { $0 == first || reach(first, $0) == .yes }
      let others = present.filter { !group.contains($0) }
      let isWhole = group.allSatisfy { a in
        group.allSatisfy { a == $0 || reach(a, $0) == .yes } && others.allSatisfy { reach(a, $0) == .no }
      }
      left.removeAll { group.contains($0) }
      if isWhole { out.append(group) }
    }
    return out
  }
}
