import Testing
import World

@testable import Broker

@Suite struct TicketTests {
  static let name = String(repeating: "A1", count: 16)
  static let other = String(repeating: "B2", count: 16)
  func order(_ ticket: String = name, refreshable: Bool = false, _ values: [String: String] = ["ICAAddress": "h:1494"]) -> BrokerRequest {
    .ticket(.init(ticket: ticket, values: values, isRefreshable: refreshable))
  }

  @Test("A ticket lives 100 s, exactly") func lives() {
    var desk = Desk()
    #expect(desk.ask(order()) == .ticket(ticket: Self.name, authority: "STA1", lifetimeSeconds: 100))
    desk.pass(.seconds(99))
    #expect(desk.ask(.ticketData(ticket: Self.name)) == .ticketData(values: ["ICAAddress": "h:1494"]))
    #expect(desk.ask(.ticketRefresh(ticket: Self.name))?.kind == .badRequest)
    desk.now = desk.now + .seconds(1)
    #expect(desk.ask(.ticketData(ticket: Self.name))?.kind == .unknownTicket, "also when nobody has said that it is due")
    #expect(desk.ask(.ticketRefresh(ticket: Self.name))?.kind == .unknownTicket)
    #expect(desk.logic.counts.tickets == 0 && desk.logic.tickets.bytes == 0)
  }

  @Test("A refreshable one lives 500 s from its last refresh") func refreshes() {
    var desk = Desk()
    #expect(desk.ask(order(refreshable: true)) == .ticket(ticket: Self.name, authority: "STA1", lifetimeSeconds: 500))
    desk.pass(.seconds(499))
    #expect(desk.ask(.ticketRefresh(ticket: Self.name)) == .ticket(ticket: Self.name, authority: "STA1", lifetimeSeconds: 500))
    desk.pass(.seconds(499))
    #expect(desk.logic.counts.tickets == 1)
    desk.pass(.seconds(1))
    #expect(desk.logic.counts.tickets == 0)
  }

  @Test("Only 32 upper-case letters and digits with bounded data are a ticket; the same again is the same, and lives no longer") func forms() {
    var desk = Desk()
    for wrong in ["", String(Self.name.dropLast()), Self.name + "A", Self.name.lowercased(), String(repeating: "Ä", count: 16), "\u{0}"] {
      #expect(desk.ask(order(wrong))?.kind == .badRequest)
    }
    #expect(desk.ask(order(Self.name, ["x": String(repeating: "y", count: 20_000)]))?.kind == .badRequest)
    #expect(desk.ask(order(Self.name, Dictionary(uniqueKeysWithValues: (0..<65).map { ("\($0)", "") })))?.kind == .badRequest)
    desk.ask(order())
    desk.pass(.seconds(40))
    #expect(desk.ask(order()) == .ticket(ticket: Self.name, authority: "STA1", lifetimeSeconds: 60))
    #expect(desk.ask(order(Self.name, ["other": "data"]))?.kind == .badRequest)
  }

  @Test("No more tickets than the limit") func limit() {
    var timers = BrokerTimers.documented
    timers.ticketLimit = 1
    var desk = Desk(timers: timers)
    desk.ask(order())
    #expect(desk.ask(order(Self.other))?.kind == .overloaded)
    desk.tell(.peerTicket(.init(ticket: Self.other, authority: "STA2", values: [:], isRefreshable: false, remainingMilliseconds: 1000)))
    #expect(!desk.logic.holds(Self.other))
    desk.pass(.seconds(100))
    #expect(desk.ask(order(Self.other))?.refusal == nil)
  }

  @Test("In an outage a ticket is given out when the peers keep it, and not before") func keptByPeers() {
    var desk = Desk(.outage)
    desk.peersKeep = false
    let first = desk.put(order())
    #expect(desk.answers[first] == nil)
    desk.pass(.seconds(2))
    desk.tell(.ticketKept(first))
    #expect(desk.answers[first] == .ticket(ticket: Self.name, authority: "STA1", lifetimeSeconds: 98))
    let second = desk.put(order(Self.other))
    desk.pass(.seconds(5))
    #expect(desk.answers[second]?.kind == .overloaded)
    #expect(!desk.logic.holds(Self.other) && desk.logic.holds(Self.name))
    desk.tell(.ticketKept(second))
    let third = desk.put(order())
    desk.pass(.seconds(5))
    #expect(desk.answers[third]?.kind == .overloaded && desk.logic.holds(Self.name), "what was given out once stays")
    #expect(desk.faults.isEmpty && desk.unanswered == 0)
  }

  @Test("What is kept for a peer is redeemed and refreshed here, under the peer's id") func ofPeers() {
    var giver = Desk(.outage)
    giver.ask(order(refreshable: true))
    var keeper = Desk(.outage)
    keeper.logic = BrokerLogic(.init(side: .outage, authority: "STA2"))
    for keep in giver.keeps { keeper.tell(.peerTicket(keep.ticket)) }
    #expect(keeper.logic.counts.ticketsOfPeers == 1)
    // It does not serve, and has no configuration.
    #expect(keeper.ask(.ticketData(ticket: Self.name)) == .ticketData(values: ["ICAAddress": "h:1494"]))
    keeper.pass(.seconds(400))
    #expect(keeper.ask(.ticketRefresh(ticket: Self.name)) == .ticket(ticket: Self.name, authority: "STA1", lifetimeSeconds: 500))
    #expect(keeper.keeps.last?.ticket.remainingMilliseconds == 500_000)
    for keep in keeper.keeps { giver.tell(.peerTicket(keep.ticket)) }
    giver.pass(.seconds(500))
    #expect(!giver.logic.holds(Self.name), "its clock ran on its own: the refresh counts from when it was heard")
  }

  @Test("A peer's shorter word does not shorten a ticket's life, and a wrong one is passed over") func peersWord() {
    var desk = Desk(.outage)
    var held = HeldTicket(ticket: Self.name, authority: "STA2", values: [:], isRefreshable: false, remainingMilliseconds: 100_000)
    desk.tell(.peerTicket(held))
    held.remainingMilliseconds = 5
    desk.tell(.peerTicket(held))
    desk.pass(.seconds(99))
    #expect(desk.logic.holds(Self.name))
    desk.pass(.seconds(1))
    for (ticket, remaining) in [("x", 5), (Self.name, 0), (Self.name, -1), (Self.name, .min)] {
      (held.ticket, held.remainingMilliseconds) = (ticket, remaining)
      desk.tell(.peerTicket(held))
    }
    #expect(desk.logic.counts.tickets == 0)
  }

  @Test("Tickets outlive the outage in which they were given out") func outlive() {
    var desk = Desk(.outage)
    desk.ask(order())
    desk.peersKeep = false
    let waiting = desk.put(order(Self.other))
    desk.tell(.serving(false))
    #expect(desk.ask(order())?.kind == .notServing)
    #expect(desk.ask(.ticketData(ticket: Self.name))?.refusal == nil)
    desk.tell(.ticketKept(waiting))
    #expect(desk.answers[waiting]?.refusal == nil && desk.ask(.ticketData(ticket: Self.other))?.refusal == nil)
    desk.pass(.seconds(100))
    #expect(desk.logic.counts.tickets == 0 && desk.logic.nextDue == nil)
  }
}
