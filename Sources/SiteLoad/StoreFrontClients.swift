import SimulatedSite
import World

/// A ticket in the hand of a user's client.
struct HeldByClient: Sendable {
  var ticket: String
  var authority: String
  var host: String
  var given: Moment
  var isRefreshable: Bool

  /// 100 s, or 500 s without being refreshed (product facts 7); a little less, since it was given out before it came.
  var end: Moment { given + (isRefreshable ? .seconds(495) : .seconds(98)) }
}

/// What users' clients do with what they were promised.
extension StoreFrontHost {
  /// Between two tries of a ticket that nobody took. Chosen.
  private static let again = Duration.seconds(2)

  /// A client comes to its machine, with its ticket first.
  func come(_ host: String, _ session: String?, after: Duration, _ ticket: HeldByClient?) async {
    if let ticket, ticket.isRefreshable, after > .seconds(10) {
      await wait(after / 2)
      // Nothing is promised by it: a ticket that was not refreshed lives on to its end.
      _ = await ask(.ticketRefresh(ticket.ticket), server: order(of: ticket.authority)[0])
      await wait(after / 2)
    } else {
      await wait(after)
    }
    // The machine first: the promise of a session has an end that does not wait for a ticket.
    switch await arrive(host, session) {
    case true?: tally.launches.kept += 1
    case false?: tally.launches.lost += 1
    case nil: tally.launches.unchecked += 1
    }
    if let ticket { await redeem(ticket) }
  }

  /// Asks everybody who could know the ticket, until one gives its data or the ticket has ended.
  private func redeem(_ ticket: HeldByClient) async {
    var tries = 0
    while true {
      for server in order(of: ticket.authority) {
        guard case .ticketData(let values) = await ask(.ticketData(ticket.ticket), server: server) else { continue }
        // Another's data would be worse than none.
        guard values["ICAAddress"] == "\(ticket.host):1494" else { break }
        tally.tickets.kept += 1
        if tries > 0 { tally.tickets.late += 1 }
        return
      }
      tries += 1
      guard clock.now().moment + Self.again < ticket.end else { break }
      try? await clock.sleep(for: Self.again)
    }
    tally.tickets.lost += 1
  }

  /// In pieces, so that the end of a run lets everybody come at once.
  private func wait(_ time: Duration) async {
    let end = clock.now().moment + time
    while !isDraining, clock.now().moment < end {
      try? await clock.sleep(until: min(end, clock.now().moment + .milliseconds(500)))
    }
  }
}
