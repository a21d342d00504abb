import World

/// How many restarts there may be within a window. Its clock stands still while children are being stopped.
struct RestartBudget: Sendable {
  let limit: Int
  let window: Duration
  /// On the budget's own clock, oldest first.
  private var charges: [Moment] = []
  private var stoodStill: Duration = .zero
  private var standsSince: Moment?

  init(limit: Int, window: Duration) {
    self.limit = limit
    self.window = window
  }

  /// Charges one restart; false when it is one too many.
  mutating func charge(at now: Moment) -> Bool {
    let time = ownTime(now)
    charges.removeAll { time - $0 >= window }
    guard charges.count < limit else { return false }
    charges.append(time)
    return true
  }

  /// How many more restarts there may be right now.
  func left(at now: Moment) -> Int {
    let time = ownTime(now)
    return limit - charges.count { time - $0 < window }
  }

  mutating func standStill(_ still: Bool, at now: Moment) {
    if still, standsSince == nil { standsSince = now }
    if !still, let since = standsSince {
      stoodStill += now - since
      standsSince = nil
    }
  }

  private func ownTime(_ now: Moment) -> Moment { (standsSince ?? now) - stoodStill }
}
