package import CloudAPI
import Simulation
import World

/// One thing that goes wrong in a running lab, with its end: every fault heals.
package struct FaultRule: Hashable, Sendable {
  /// Chosen: long enough to look at, short enough that a forgotten fault spoils no afternoon.
  package static let usual = Duration.seconds(300)
  /// Chosen: no fault of a lab is for ever.
  package static let longest = Duration.seconds(24 * 3600)

  package var place: FaultPlace
  package var effect: FaultEffect
  /// Of a million chances: see `chance`.
  package var probability: Int
  package var seed: UInt64
  /// The lease.
  package var lasts: Duration

  /// Throws `FaultProblem`, which says what was expected.
  ///
  /// - Parameter seed: where none is ordered.
  package init(_ order: FaultOrder, seed: UInt64 = 0) throws(FaultProblem) {
    place = try FaultPlace(order.on)
    effect = try FaultEffect(order, at: place)
    probability = try order.probability.map { text throws(FaultProblem) in try FaultText.share(text, "the probability") } ?? 1_000_000
    self.seed = order.seed ?? seed
    lasts = try order.lasts.map { text throws(FaultProblem) in try FaultText.duration(text, "the lease") } ?? Self.usual
    guard lasts > .zero, lasts <= Self.longest else {
      throw FaultProblem("the lease is '\(order.lasts ?? "")'; expected more than 0s, at most \(FaultText.text(Self.longest)): every fault heals")
    }
    guard order.probability == nil || chance != nil else {
      throw FaultProblem(
        order.kind == "loss" ? "the value of loss is its probability; leave --probability out" : "\(effect.kind) of \(place) takes no probability")
    }
  }

  /// What the probability is drawn for, each time anew; nil where there is nothing to draw.
  package var chance: String? {
    switch (place, effect) {
    case (_, .loss), (.peers, _), (.connector, .crash), (.connector, .hang): nil
    case (.service(_, _, nil), .crash), (.service(_, _, nil), .hang): nil
    case (.link, .latency): "each piece of data"
    case (.link, _): "each connection"
    case (.service, _): "each call"
    case (.connector, _): "each write"
    }
  }

  /// It strikes at once, and once: nothing of it is asked for again.
  package var isOneStroke: Bool {
    switch (place, effect) {
    case (.service(_, _, nil), .crash), (.service(_, _, nil), .hang), (.connector, .crash): true
    default: false
    }
  }

  /// A side of the wall between a connector and its peers.
  package enum PeerSide: Sendable { case up, down }

  /// Whether it keeps from the peers what the connector says (`up`), or from the connector what they say (`down`).
  package func splitsPeers(_ side: PeerSide) -> Bool {
    guard case .peers = place, case .partition(let only) = effect else { return false }
    return only == nil || (only == .up) == (side == .up)
  }

  /// Everything filled in: the same rule comes of it again.
  package var order: FaultOrder {
    FaultOrder(
      on: place.description, kind: effect.kind, value: effect.value, jitter: effect.jitter,
      probability: chance == nil ? nil : FaultText.text(share: probability), seed: seed, lasts: FaultText.text(lasts))
  }
}

extension FaultOrder {
  /// For a table's cell: `latency 300ms ±50ms`, `logger/collect error failed (20%)`.
  package var short: String {
    let place = on.split(separator: "/", maxSplits: 1)
    var words = [place.count > 1 ? "\(place[1]) \(kind)" : kind]
    if let value { words.append(value) }
    if let jitter { words.append("±\(jitter)") }
    if let probability, probability != "100%" { words.append("(\(probability))") }
    return words.joined(separator: " ")
  }
}

extension FaultReport {
  /// `52s`, in whole seconds, rounded up: what is there is not shown as 0.
  package var leftText: String { FaultText.text(.seconds((max(0, left) + 999) / 1000)) }
}
