import Broker
import BrokerXML
import ServiceKit
import Testing
import World

@testable import RemoteBrokerService

@Suite struct TicketTests {
  static let order = TicketOrder(ticket: Desk.ticket("A"), values: ["ICAAddress": "10.0.0.1:1494"])

  /// A desk that brokers in an outage and has given out `order`.
  static func withTicket() throws -> Desk {
    var desk = Desk()
    desk.stand("initialHA", here: true)
    let number = desk.ask(.ticket(order), .gateway)
    #expect(desk.answers[number] == nil, "the peers have it first")
    let kept = try #require(
      desk.said.compactMap { if case .keepTicket(let number, let ticket) = $0 { (number, ticket) } else { nil } }.first)
    #expect(kept.1.ticket == order.ticket && kept.1.authority == "STA01")
    desk.tell(.ticketKept(kept.0))
    guard case .ticket(order.ticket, "STA01", 100)? = desk.answers[number] else {
      Issue.record("\(desk.answers)")
      return desk
    }
    return desk
  }

  static func isGiven(_ answer: BrokerAnswer?) -> Bool {
    if case .ticketData(let values)? = answer { values == order.values } else { false }
  }

  @Test(arguments: [("workingNormally", false), ("extendedHA", false), ("extendedHA", true)])
  func aTicketIsGivenOutAlsoAfterTheModeHasChanged(mode: String, here: Bool) throws {
    var desk = try Self.withTicket()
    desk.stand(mode, here: here)
    #expect(Self.isGiven(desk.answers[desk.ask(.ticketData(ticket: Self.order.ticket), .gateway)]))
    #expect(desk.relays == [])
  }

  @Test func aTicketOfAPeerIsKeptAndGivenOutByWhoeverBrokers() {
    var desk = Desk()
    let held = HeldTicket(
      ticket: Self.order.ticket, authority: "STAPEER", values: Self.order.values, isRefreshable: false, remainingMilliseconds: 60_000)
    desk.tell(.peerTicket(RequestID(77), held))
    #expect(desk.taken == true)
    desk.stand("initialHA", here: true)
    #expect(Self.isGiven(desk.answers[desk.ask(.ticketData(ticket: held.ticket), .gateway)]))
    desk.now = desk.now + .seconds(61)
    #expect(desk.refusalOf(.ticketData(ticket: held.ticket), .gateway) == .unknownTicket, "it has ended")
  }

  /// The peer that gave it out would count on it.
  @Test(arguments: [("T", 60_000), (order.ticket, 0)])
  func whatTheBrokerDoesNotHoldIsNotSaidToBeTaken(ticket: String, milliseconds: Int) {
    var desk = Desk()
    desk.tell(
      .peerTicket(
        RequestID(1), HeldTicket(ticket: ticket, authority: "S", values: [:], isRefreshable: false, remainingMilliseconds: milliseconds)))
    #expect(desk.taken == false)
  }

  /// A peer that was away, or is another process now, has none of what was given out meanwhile.
  @Test func whoeverArrivesGetsWhatIsAlive() throws {
    var desk = try Self.withTicket()
    let ofPeer = HeldTicket(
      ticket: Desk.ticket("P"), authority: "STAPEER", values: ["a": "b"], isRefreshable: true, remainingMilliseconds: 300_000)
    desk.tell(.peerTicket(RequestID(77), ofPeer))
    desk.now = desk.now + .seconds(40)
    desk.tell(.peerArrived("c2.x"))
    let handed = desk.said.compactMap { if case .handOver(let tickets, "c2.x") = $0 { tickets } else { nil } }
    #expect(handed.map { $0.map(\.ticket) } == [[ofPeer.ticket, Self.order.ticket]], "first what lives longest")
    #expect(handed.first?.map(\.remainingMilliseconds) == [260_000, 60_000])
    #expect(handed.first?.map(\.authority) == ["STAPEER", "STA01"])
    desk.now = desk.now + .seconds(300)
    desk.tell(.peerArrived("c2.x"))
    #expect(!desk.said.contains { if case .handOver = $0 { true } else { false } }, "what has ended is not handed over")
  }

  @Test func withoutAConfigurationAPeersTicketIsNotTaken() {
    var desk = Desk(configured: false)
    desk.tell(.peerTicket(RequestID(1), HeldTicket(ticket: "T", authority: "S", values: [:], isRefreshable: false, remainingMilliseconds: 9)))
    #expect(desk.taken == false)
  }

  @Test func standaloneTicketsAreTheConnectorsOwnInNormalMode() {
    var desk = Desk()
    desk.tell(.standalone(true))
    desk.stand("workingNormally")
    let number = desk.ask(.ticket(Self.order), .gateway)
    guard case .ticket(Self.order.ticket, "STA01", _)? = desk.answers[number] else { return #expect(Bool(false), "\(desk.answers)") }
    #expect(desk.relays == [] && !desk.said.contains { if case .keepTicket = $0 { true } else { false } })
    #expect(Self.isGiven(desk.answers[desk.ask(.ticketData(ticket: Self.order.ticket), .gateway)]))
    desk.ask(.ticketData(ticket: Desk.ticket("Z")), .gateway)
    #expect(desk.relays == [.ticketData(ticket: Desk.ticket("Z"))], "another may be the cloud's")
    desk.ask(.farm)
    #expect(desk.relays == [.farm], "all but tickets goes to the cloud")
  }

  @Test func standaloneIsWantedBeforeOrAfterTheConfiguration() {
    var desk = Desk(configured: false)
    desk.tell(.standalone(true))
    desk.configure()
    let number = desk.ask(.ticket(Self.order), .gateway)
    #expect(desk.answers[number] != nil)
  }

  @Test func theBrokersClockIsArmedOnce() throws {
    var desk = try Self.withTicket()
    let due = try #require(desk.logic.nextDue)
    desk.now = due
    desk.tell(.due(due))
    #expect(desk.refusalOf(.ticketData(ticket: Self.order.ticket)) == .unknownTicket)
  }
}
