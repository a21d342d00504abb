package import World

/// Tickets alive here.
struct TicketBook: Sendable {
  struct Entry: Hashable, Sendable {
    var authority: String
    var values: [String: String]
    var isRefreshable: Bool
    var isOfPeer: Bool
    /// It was given to whoever asked for it.
    var isGivenOut: Bool
    /// Questions that wait for it.
    var waiting = 0
  }
  /// A question that waits until the peers keep its ticket.
  struct Waiting: Hashable, Sendable {
    let ticket: String
    let isNew: Bool
  }
  private(set) var entries: [String: Entry] = [:]
  private(set) var bytes = 0
  private(set) var ofPeers = 0
  private var waiting: [UInt64: Waiting] = [:]

  static let bytesLimit = 128 << 20
  static let bytesPerTicket = 16 << 10
  var count: Int { entries.count }

  static func size(_ values: [String: String]) -> Int { values.reduce(0) { $0 + $1.key.utf8.count + $1.value.utf8.count } }

  /// 32 upper-case letters and digits (product facts 7).
  static func isWellFormed(_ ticket: String) -> Bool {
    ticket.utf8.count == 32
      && ticket.utf8.allSatisfy { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
  }

  mutating func set(_ ticket: String, _ entry: Entry) {
    remove(ticket)
    entries[ticket] = entry
    bytes += Self.size(entry.values)
    ofPeers += entry.isOfPeer ? 1 : 0
  }
  mutating func remove(_ ticket: String) {
    guard let entry = entries.removeValue(forKey: ticket) else { return }
    bytes -= Self.size(entry.values)
    ofPeers -= entry.isOfPeer ? 1 : 0
  }
  mutating func markGivenOut(_ ticket: String) { entries[ticket]?.isGivenOut = true }

  mutating func wait(_ number: UInt64, for ticket: String, isNew: Bool) {
    waiting[number] = Waiting(ticket: ticket, isNew: isNew)
    entries[ticket]?.waiting += 1
  }
  mutating func endWait(_ number: UInt64) -> Waiting? {
    guard let ended = waiting.removeValue(forKey: number) else { return nil }
    entries[ended.ticket]?.waiting -= 1
    return ended
  }
}

/// The Secure Ticket Authority.
extension BrokerLogic {
  /// Whether a ticket is alive here: a host asks this before it tells a peer that its ticket is kept.
  package func holds(_ ticket: String) -> Bool { tickets.entries[ticket] != nil }

  /// A ticket that is alive here, with the time that it has left.
  package func held(_ ticket: String, at now: Moment) -> HeldTicket? {
    tickets.entries[ticket].map {
      HeldTicket(
        ticket: ticket, authority: $0.authority, values: $0.values, isRefreshable: $0.isRefreshable,
        remainingMilliseconds: Int(left(ticket, now).nanoseconds / 1_000_000))
    }
  }
  /// All that are alive here, whoever gave them out, those first that have the longest to live.
  package func heldTickets(at now: Moment) -> [HeldTicket] {
    tickets.entries.keys.compactMap { held($0, at: now) }.filter { $0.remainingMilliseconds > 0 }
      .sorted { ($1.remainingMilliseconds, $0.ticket) < ($0.remainingMilliseconds, $1.ticket) }
  }

  mutating func take(_ order: TicketOrder, _ number: UInt64, _ now: Moment, _ out: inout [Directive]) -> BrokerAnswer? {
    guard TicketBook.isWellFormed(order.ticket) else { return bad("a ticket is 32 upper-case letters and digits") }
    guard order.values.count <= 64, TicketBook.size(order.values) <= TicketBook.bytesPerTicket else {
      return bad("a ticket's data are at most 64 values of \(TicketBook.bytesPerTicket) bytes together")
    }
    if let known = tickets.entries[order.ticket] {
      // Asked again it is the same ticket, and lives no longer for it.
      guard known.values == order.values, known.isRefreshable == order.isRefreshable, !known.isOfPeer else {
        return bad("this ticket has been given out for other data; draw another")
      }
      return promise(order.ticket, number, isNew: !known.isGivenOut, now, &out)
    }
    guard hasRoom(order.values) else {
      return .refused(BrokerRefusal(.overloaded, "\(tickets.count) tickets are alive here; ask again", retryAfterSeconds: 5))
    }
    let entry = TicketBook.Entry(
      authority: settings.authority, values: order.values, isRefreshable: order.isRefreshable, isOfPeer: false, isGivenOut: false)
    tickets.set(order.ticket, entry)
    alarms.set(.ticket(order.ticket), now, order.isRefreshable ? timers.refreshableTicketLifetime : timers.ticketLifetime)
    return promise(order.ticket, number, isNew: true, now, &out)
  }

  private func hasRoom(_ values: [String: String]) -> Bool {
    tickets.count < timers.ticketLimit && tickets.bytes + TicketBook.size(values) <= TicketBook.bytesLimit
  }

  func ticketData(_ ticket: String) -> BrokerAnswer {
    tickets.entries[ticket].map { .ticketData(values: $0.values) } ?? unknownTicket
  }

  mutating func refresh(_ ticket: String, _ number: UInt64, _ now: Moment, _ out: inout [Directive]) -> BrokerAnswer? {
    guard let entry = tickets.entries[ticket] else { return unknownTicket }
    guard entry.isRefreshable else { return bad("this ticket was not asked for as one that can be refreshed") }
    alarms.set(.ticket(ticket), now, timers.refreshableTicketLifetime)
    return promise(ticket, number, isNew: false, now, &out)
  }

  /// A connector's tickets are kept by its peers before anybody has them: whoever has one is let in also when this connector is gone.
  private mutating func promise(_ ticket: String, _ number: UInt64, isNew: Bool, _ now: Moment, _ out: inout [Directive]) -> BrokerAnswer? {
    guard settings.side == .outage, let held = held(ticket, at: now) else { return given(ticket, now) }
    tickets.wait(number, for: ticket, isNew: isNew)
    alarms.set(.keepTicket(number), now, timers.ticketKeepLimit)
    out.append(.keepTicketAtPeers(number, held))
    return nil
  }

  mutating func ticketKept(_ number: UInt64, _ now: Moment, _ out: inout [Directive]) {
    guard let waiting = tickets.endWait(number) else { return }
    alarms.remove(.keepTicket(number))
    out.append(.answer(number, given(waiting.ticket, now)))
  }

  mutating func notKept(_ number: UInt64, _ out: inout [Directive]) {
    guard let waiting = tickets.endWait(number) else { return }
    if waiting.isNew, let entry = tickets.entries[waiting.ticket], !entry.isGivenOut, entry.waiting <= 0 {
      tickets.remove(waiting.ticket)
      alarms.remove(.ticket(waiting.ticket))
    }
    let refusal = BrokerRefusal(.overloaded, "the other connectors did not keep the ticket in time; ask again", retryAfterSeconds: 5)
    out.append(.answer(number, .refused(refusal)))
  }

  private mutating func given(_ ticket: String, _ now: Moment) -> BrokerAnswer {
    guard let entry = tickets.entries[ticket] else { return unknownTicket }
    tickets.markGivenOut(ticket)
    return .ticket(ticket: ticket, authority: entry.authority, lifetimeSeconds: Int(left(ticket, now).inSeconds))
  }

  /// Takes a peer's ticket; kept already, the later end counts.
  mutating func keep(_ held: HeldTicket, _ now: Moment) {
    let life = Duration.milliseconds(min(max(held.remainingMilliseconds, 0), 86_400_000))
    guard TicketBook.isWellFormed(held.ticket), life > .zero, held.values.count <= 64, Bounds.text(held.authority),
      TicketBook.size(held.values) <= TicketBook.bytesPerTicket
    else { return }
    if tickets.entries[held.ticket] == nil {
      guard hasRoom(held.values) else { return }
      tickets.set(
        held.ticket,
        TicketBook.Entry(authority: held.authority, values: held.values, isRefreshable: held.isRefreshable, isOfPeer: true, isGivenOut: true))
    }
    if left(held.ticket, now) < life { alarms.set(.ticket(held.ticket), now, life) }
  }

  private func left(_ ticket: String, _ now: Moment) -> Duration { alarms.moment(.ticket(ticket)).map { $0 - now } ?? .zero }
  private var unknownTicket: BrokerAnswer { .refused(BrokerRefusal(.unknownTicket, "there is no such ticket here, or its time is over")) }
  private func bad(_ detail: String) -> BrokerAnswer { .refused(BrokerRefusal(.badRequest, detail)) }
}
