import Simulation

/// What users do next, drawn from a seed. Users take turns at random; each lists its resources first, and then mostly launches.
package struct UserPlan: Sendable {
  package enum Step: Hashable, Sendable {
    case enumerate(user: Int)
    /// Launch the resource with this number of those that the user was shown, and get a ticket for it.
    case launch(user: Int, choice: UInt64)
    case reconnect(user: Int)
  }

  private var draws: Draws
  private let users: Int
  private var known: Set<Int> = []

  /// - Parameter users: at least 1.
  package init(users: Int, seed: UInt64) {
    self.users = max(1, users)
    draws = Draws(seed)
  }

  package mutating func next() -> Step {
    let user = draws.below(users)
    let dice = draws.below(100)
    let choice = draws.next()
    guard known.contains(user), dice >= 30 else { return .enumerate(user: user) }
    return dice < 90 ? .launch(user: user, choice: choice) : .reconnect(user: user)
  }

  /// The user was shown its resources; without any it lists again.
  package mutating func shown(_ user: Int, resources: Int) {
    if resources > 0 { known.insert(user) } else { known.remove(user) }
  }

  /// When the client comes with its ticket, and whether the ticket is one to be refreshed on the way.
  ///
  /// Most come at once; some come late, so that tickets are given out before an outage and redeemed in it. A ticket that is not refreshed lives 100 s, one that
  /// may be 500 s (product facts 7).
  package mutating func arrival() -> (after: Duration, isRefreshable: Bool) {
    let isRefreshable = draws.chance(250_000)
    let isLate = draws.chance(200_000)
    let after = isLate ? draws.duration(.seconds(10), isRefreshable ? .seconds(90) : .seconds(60)) : draws.duration(.milliseconds(200), .seconds(3))
    return (after, isRefreshable)
  }
}
