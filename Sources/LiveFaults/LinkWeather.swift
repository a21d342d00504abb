package import Simulation
package import World

/// A fault of a link as one connection of it gets it.
package struct LinkFault: Hashable, Sendable {
  package var id: Int
  package var rule: FaultRule
  /// Of the lease.
  package var left: Duration
  /// Which connection under this fault it is: each has draws of its own.
  package var connection: UInt64

  package init(id: Int, rule: FaultRule, left: Duration, connection: UInt64 = 0) {
    self.id = id
    self.rule = rule
    self.left = left
    self.connection = connection
  }
}

/// What can be told of the faults of links: the listening end applies them.
package protocol LinkFaulting: Sendable {
  /// All that hold for a connector from now on, and how much of each lease is left; none heals it at once. Each ends by itself.
  func set(_ faults: [LinkFault], ofLink connector: String)
}

/// What the faults of a link do to one connection: when a piece that is sent arrives, or that the connection ends. A value without a clock; moments may be of any steady clock.
package struct LinkWeather: Sendable {
  /// A lost piece comes again after this, after twice this, and so on: the shortest time-out of Linux' TCP (tcp(7), RFC 6298 section 5.5).
  package static let firstRetry = Duration.milliseconds(200)
  /// So many losses in a row end the connection: 12.6 s of waiting. Chosen: TCP's own 15 would be a quarter of an hour, longer than most faults last.
  package static let tries = 6

  package enum Arrival: Hashable, Sendable {
    case at(Moment)
    case reset
  }

  private struct Kept: Sendable {
    var id: Int
    var effect: FaultEffect
    var probability: Int
    var began: Moment
    var ends: Moment
    var draws: Draws
    /// Drawn once for the connection.
    var strikes: Bool
  }

  private struct Lane: Sendable {
    /// No piece overtakes another.
    var last = Moment(nanoseconds: .min)
    /// When a slow line has carried everything so far.
    var free = Moment(nanoseconds: .min)
  }

  private var kept: [Kept] = []
  private var up = Lane()
  private var down = Lane()

  package init() {}

  package var isClear: Bool { kept.isEmpty }
  package var nextEnd: Moment? { kept.map(\.ends).min() }

  /// These and no others from now on. One that is known goes on as it was.
  package mutating func set(_ faults: [LinkFault], at now: Moment) {
    let before = Dictionary(kept.map { ($0.id, $0) }, uniquingKeysWith: { $1 })
    kept = faults.map { fault in
      if let known = before[fault.id] { return known }
      let name = Seed(fault.rule.seed).word(fault.rule.place.description, fault.rule.effect.kind)
      var draws = Draws(Seed.numbered(name, fault.connection))
      let strikes = draws.chance(fault.rule.probability)
      return Kept(
        id: fault.id, effect: fault.rule.effect, probability: fault.rule.probability, began: now, ends: now + fault.left, draws: draws,
        strikes: strikes)
    }
  }

  /// True when some lease was over.
  @discardableResult
  package mutating func expire(at now: Moment) -> Bool {
    let count = kept.count
    kept.removeAll { $0.ends <= now }
    return kept.count != count
  }

  /// Whether anything passes in this direction.
  package func isOpen(_ direction: LinkDirection) -> Bool {
    !kept.contains { kept in
      guard kept.strikes, case .partition(let way) = kept.effect else { return false }
      return way == nil || way == direction
    }
  }

  /// Whether a piece may have to wait although the way is open.
  package var delays: Bool {
    kept.contains { kept in
      switch kept.effect {
      case .latency, .loss: true
      case .slowLink: kept.strikes
      default: false
      }
    }
  }

  /// Of a slow link: how many bytes a piece has, so that what is large comes bit by bit (ten pieces a second, at least 16 bytes each).
  package var pieceSize: Int? { rate.map { max(16, $0 / 10) } }

  private var rate: Int? { kept.compactMap { kept in if kept.strikes, case .slowLink(let rate) = kept.effect { rate } else { nil } }.min() }

  /// How much later this end closes.
  package var closeDelay: Duration {
    kept.compactMap { kept in if kept.strikes, case .slowClose(let delay) = kept.effect { delay } else { nil } }.max() ?? .zero
  }

  /// When the connection is to be reset; nil: not.
  package var resetAt: Moment? {
    kept.compactMap { kept in if kept.strikes, case .reset(let after) = kept.effect { kept.began + after } else { nil } }.min()
  }

  /// When a piece that is sent now arrives, once the way is open. Pieces of one direction arrive in their order.
  package mutating func send(_ direction: LinkDirection, bytes: Int, at now: Moment) -> Arrival {
    var lane = direction == .up ? up : down
    defer { if direction == .up { up = lane } else { down = lane } }
    var arrival = now
    if let rate {
      lane.free = max(lane.free, now) + .nanoseconds(Int64(bytes) * 1_000_000_000 / Int64(rate))
      arrival = lane.free
    }
    for index in kept.indices {
      switch kept[index].effect {
      case .latency:
        let (hits, word) = (kept[index].draws.chance(kept[index].probability), kept[index].draws.next())
        if hits { arrival = arrival + kept[index].effect.delay(word) }
      case .loss(let share):
        var (losses, wait) = (0, Self.firstRetry)
        while kept[index].draws.chance(share) {
          losses += 1
          guard losses <= Self.tries else { return .reset }
          arrival = arrival + wait
          wait = wait * 2
        }
      default: break
      }
    }
    lane.last = max(lane.last, arrival)
    return .at(lane.last)
  }

  /// Nothing delays any more: what waits may go, and what comes does not wait for it.
  package mutating func relax() { (up, down) = (Lane(), Lane()) }
}
