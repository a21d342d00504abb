package import World

/// Which way a message goes on the link between a machine and the cloud.
package enum LinkDirection: String, Hashable, Codable, Sendable {
  case up, down
}

/// What a link is like at the moment.
package struct LinkConditions: Hashable, Codable, Sendable {
  package var latency: Latency
  /// Of a million messages, so many are lost; come twice; are held back by up to `heldBack` and may be overtaken.
  package var lost = 0
  package var doubled = 0
  package var reordered = 0
  package var heldBack = Duration.zero
  /// Bytes a second; nil: no limit.
  package var rate: Int?
  package var isUpOpen = true
  package var isDownOpen = true

  package init(latency: Latency = .skewed(.milliseconds(5), .milliseconds(400))) { self.latency = latency }

  package func isOpen(_ direction: LinkDirection) -> Bool { direction == .up ? isUpOpen : isDownOpen }
  /// A question gets its answer.
  package var isOpen: Bool { isUpOpen && isDownOpen && lost < 1_000_000 }
}

/// When a message arrives; twice, when it is doubled; not at all, when it is lost.
package struct Deliveries: Hashable, Sendable {
  package var first: Moment?
  package var second: Moment?

  package init(first: Moment? = nil, second: Moment? = nil) {
    self.first = first
    self.second = second
  }
}

/// One link: messages of a direction arrive in their order, unless one is held back.
package struct LinkModel: Hashable, Sendable {
  private var lastUp = Moment(nanoseconds: 0)
  private var lastDown = Moment(nanoseconds: 0)

  package init() {}

  /// - Parameter bytes: of the message; what a slow link takes its time for.
  package mutating func send(
    _ direction: LinkDirection, bytes: Int, at now: Moment, _ conditions: LinkConditions, _ draws: inout Draws
  ) -> Deliveries {
    // Every draw in every case: a fault that goes does not shift what is drawn later.
    let (latency, again) = (conditions.latency.draw(draws.next()), conditions.latency.draw(draws.next()))
    let (isLost, isDoubled, isHeld) = (draws.chance(conditions.lost), draws.chance(conditions.doubled), draws.chance(conditions.reordered))
    let held = draws.duration(.zero, conditions.heldBack)
    guard conditions.isOpen(direction), !isLost else { return Deliveries() }
    let slow: Duration = conditions.rate.map { .nanoseconds(Int64(bytes) * 1_000_000_000 / Int64(max(1, $0))) } ?? .zero
    var first = now + latency + slow
    if isHeld {
      first = first + held
    } else {
      let last = direction == .up ? lastUp : lastDown
      first = max(first, last + .nanoseconds(1))
      if direction == .up { lastUp = first } else { lastDown = first }
    }
    return Deliveries(first: first, second: isDoubled ? first + again + held : nil)
  }
}
