import Broker
import BrokerConfiguration
import BrokerXML
import EventCatalog
import ServiceKit
import Testing
import World

@testable import RemoteBrokerService

/// The logic, with everything that it says performed by hand.
struct Desk {
  typealias Logic = RemoteBrokerLogic
  var logic = RemoteBrokerLogic()
  var now = Moment(nanoseconds: 0)
  /// What it said last, without answers to earlier questions.
  var said: [Logic.Directive] = []
  var answers: [UInt64: BrokerAnswer] = [:]
  var number: UInt64 = 0

  init(configured: Bool = true) {
    tell(.started)
    if configured { configure() }
  }

  mutating func configure(_ configuration: BrokerConfiguration = .generate(machines: 40), zone: String? = nil, authority: String = "STA01") {
    tell(.configured(BrokerSite(configuration), zone: zone, authority: authority))
  }

  mutating func tell(_ event: Logic.Event) {
    said = logic.handle(event, at: Now(moment: now, wall: WallTime(microseconds: now.nanoseconds / 1_000)))
    for case .answer(let id, .broker(let answer)) in said { answers[id.number] = answer }
  }

  mutating func stand(_ mode: String, here: Bool = false, elected: String? = "c1.x") {
    tell(.standing(OutageView(mode: mode, brokersHere: here, elected: elected)))
  }

  /// Asks, and returns the number asked under.
  @discardableResult mutating func ask(_ request: BrokerRequest, _ asker: BrokerAsker = .machine) -> UInt64 {
    number += 1
    tell(.asked(RequestID(number), request, asker))
    return number
  }

  var relays: [BrokerRequest] { said.compactMap { if case .relay(_, let request, _) = $0 { request } else { nil } } }
  var brokered: [String] { said.compactMap { if case .brokered(let kind, let ok) = $0 { "\(kind.rawValue) \(ok)" } else { nil } } }
  var events: [Int] { said.compactMap { if case .emit(let event) = $0 { event.definition.code } else { nil } } }
  /// Of a question that is answered at once.
  mutating func refusalOf(_ request: BrokerRequest, _ asker: BrokerAsker = .machine) -> BrokerRefusal.Kind? {
    let number = ask(request, asker)
    return refusal(number)
  }
  var taken: Bool? {
    for case .answer(_, .taken(let taken)) in said { return taken }
    return nil
  }
  func refusal(_ number: UInt64) -> BrokerRefusal.Kind? {
    if case .refused(let refusal)? = answers[number] { refusal.kind } else { nil }
  }

  static let user = UserIdentity(sid: "S-1-5-21-1-2-3-1001")
  static func registration(_ machine: String) -> MachineRegistration {
    MachineRegistration(machine: machine, callback: "http://127.0.0.1:9/x", sessionSupport: .multiSession)
  }
  /// One of each request.
  static let requests: [BrokerRequest] = [
    .register(registration("m")), .heartbeat(machine: "m"), .deregister(machine: "m", reason: .agentShutdown),
    .session(SessionNotice(machine: "m", session: "s", change: .connected)), .resources(user),
    .launch(LaunchOrder(id: "l", user: user, resource: "r")), .sessions(user), .farm, .ticket(TicketOrder(ticket: ticket("A"), values: ["a": "b"])),
    .ticketData(ticket: ticket("B")), .ticketRefresh(ticket: ticket("B")),
  ]
  static func ticket(_ letter: String) -> String { String(repeating: letter, count: 32) }
}

@Suite struct RoutingTests {
  /// Mode, whether this connector serves, and who answers.
  @Test(
    arguments: [
      (nil, false, "cloud"), ("workingNormally", false, "cloud"), ("pendingHA", false, "cloud"), ("initialHA", true, "here"),
      ("initialHA", false, "elsewhere"),
      ("extendedHA", true, "here"), ("extendedHA", false, "elsewhere"), ("pendingRecovery", true, "here"), ("pendingRecovery", false, "elsewhere"),
      ("of a later release", false, "cloud"),
    ] as [(String?, Bool, String)])
  func whoAnswers(mode: String?, serves: Bool, word: String) {
    for request in Desk.requests {
      var desk = Desk()
      if let mode { desk.stand(mode, here: serves) }
      let number = desk.ask(request)
      #expect(desk.logic.route.word == word)
      switch word {
      case "cloud":
        #expect(desk.relays == [request])
        #expect(desk.answers[number] == nil, "the answer is the cloud's")
      case "here":
        #expect(desk.relays == [])
        if case .ticket = request { continue }
        #expect(desk.answers[number] != nil, "\(request) is answered at once")
        #expect(![.notElected, .cloudUnreachable, .notServing].contains(desk.refusal(number)))
      default:
        #expect(desk.relays == [])
        #expect(desk.refusal(number) == .notElected)
        guard case .refused(let refusal)? = desk.answers[number] else { continue }
        #expect(refusal.detail.contains("c1.x is the elected connector"))
      }
    }
  }

  @Test func aRelayThatFailsIsToldAndRefused() {
    var desk = Desk()
    for (request, kind) in zip(
      Desk.requests,
      ["registration", "relay", "relay", "relay", "enumeration", "launch", "enumeration", "enumeration", "ticket", "ticket", "ticket"])
    {
      desk.now = desk.now + .seconds(2)
      let number = desk.ask(request)
      desk.tell(.relayed(RequestID(number), .failed("no route")))
      #expect(desk.brokered == ["\(kind) false"])
      #expect(desk.refusal(number) == .cloudUnreachable)
    }
    desk.now = desk.now + .seconds(2)
    let number = desk.ask(.farm)
    desk.tell(.relayed(RequestID(number), .answered(.noted)))
    #expect(desk.answers[number] == .noted)
    #expect(desk.brokered == ["enumeration true"])
    #expect(desk.events == [19_003])
    desk.tell(.relayed(RequestID(number), .answered(.noted)))
    #expect(desk.said.isEmpty, "it is answered once")
  }

  @Test func successesAreToldOnceASecondAndAFailureAtOnce() {
    var desk = Desk()
    var told: [String] = []
    func relay(_ outcome: RelayOutcome) {
      let number = desk.ask(.farm)
      desk.tell(.relayed(RequestID(number), outcome))
      told += desk.brokered
    }
    for _ in 0..<20 {
      relay(.answered(.noted))
      desk.now = desk.now + .milliseconds(100)
    }
    #expect(told == ["enumeration true", "enumeration true"])
    relay(.failed("x"))
    relay(.failed("x"))
    relay(.answered(.noted))
    #expect(told.dropFirst(2) == ["enumeration false", "enumeration true"])
  }

  @Test func aCloudWithoutABrokerIsNoOutage() {
    var desk = Desk()
    let number = desk.ask(.farm)
    desk.tell(.relayed(RequestID(number), .noBroker("the cloud has no broker")))
    #expect(desk.refusal(number) == .notSimulated)
    #expect(desk.brokered == [])
  }

  @Test func whatWaitsForTheCloudWhenAnOutageBeginsIsAnsweredHere() {
    var desk = Desk()
    let number = desk.ask(.farm)
    desk.stand("initialHA", here: true)
    #expect(desk.events.contains(19_000))
    desk.tell(.relayed(RequestID(number), .failed("gone")))
    guard case .farm(let farm)? = desk.answers[number] else { return #expect(Bool(false), "\(desk.answers)") }
    #expect(farm.isOutage)
  }

  @Test func onlySoManyWaitForTheCloud() {
    var desk = Desk()
    for _ in 0..<RemoteBrokerLogic.mostRelays { desk.ask(.farm) }
    #expect(desk.refusalOf(.farm) == .overloaded)
    desk.tell(.relayed(RequestID(1), .answered(.noted)))
    desk.ask(.farm)
    #expect(desk.relays == [.farm])
  }

  @Test func storeFrontIsToldOfOnceASecondInEveryMode() {
    var desk = Desk()
    for (mode, here) in [("workingNormally", false), ("initialHA", true), ("extendedHA", false)] {
      desk.stand(mode, here: here)
      desk.now = desk.now + .seconds(5)
      var told = 0
      for asker in [BrokerAsker.machine, .gateway, .storeFront, .storeFront] {
        desk.ask(.farm, asker)
        told += desk.said.count { if case .storeFrontAsked = $0 { true } else { false } }
      }
      #expect(told == 1, "\(mode)")
    }
  }

  @Test func withoutAConfigurationItSaysSo() {
    var desk = Desk(configured: false)
    desk.stand("initialHA", here: true)
    #expect(desk.refusalOf(.farm) == .noConfiguration)
    desk.configure()
    guard case .farm? = desk.answers[desk.ask(.farm)] else { return #expect(Bool(false), "it brokers as soon as it has one") }
  }

  @Test func theEndOfAnOutageForgetsItsMachines() throws {
    let configuration = BrokerConfiguration.generate(machines: 40)
    var desk = Desk(configured: false)
    desk.configure(configuration)
    desk.stand("initialHA", here: true)
    let machine = try #require(configuration.machines.first { $0.deliveryGroup != nil })
    let catalog = try #require(configuration.machineCatalogs.first { $0.name == machine.catalog })
    var wanted = Desk.registration(machine.name)
    wanted.sessionSupport = catalog.sessionSupport == .singleSession ? .singleSession : .multiSession
    guard case .registered? = desk.answers[desk.ask(.register(wanted))] else { return #expect(Bool(false), "\(desk.answers)") }
    #expect(desk.events == [19_008])
    #expect(desk.answers[desk.ask(.heartbeat(machine: machine.name))] == .noted)
    desk.stand("workingNormally")
    #expect(desk.events.contains(19_001) && desk.events.contains(19_000))
    desk.ask(.heartbeat(machine: machine.name))
    #expect(desk.relays == [.heartbeat(machine: machine.name)])
    desk.stand("initialHA", here: true)
    #expect(desk.refusalOf(.heartbeat(machine: machine.name)) == .notRegistered)
  }

  private var keeps: (Desk) -> [(UInt64, HeldTicket)] {
    { desk in desk.said.compactMap { if case .keepTicket(let number, let held) = $0 { (number, held) } else { nil } } }
  }

  /// A ticket of the cloud's outlives the cloud: it is kept here and by the peers before anybody has it.
  @Test func theCloudsTicketIsKeptBeforeItIsGivenOut() {
    var desk = Desk()
    let ticket = Desk.ticket("A")
    let order = TicketOrder(ticket: ticket, values: ["ICAAddress": "m1:1494"], isRefreshable: true)
    let number = desk.ask(.ticket(order), .storeFront)
    desk.tell(.relayed(RequestID(number), .answered(.ticket(ticket: ticket, authority: "CWSSTA", lifetimeSeconds: 500))))
    #expect(desk.answers[number] == nil, "the peers keep it first")
    let kept = keeps(desk)
    #expect(kept.map(\.0) == [number] && kept.first?.1.values == order.values)
    desk.tell(.ticketKept(number))
    #expect(desk.answers[number] == .ticket(ticket: ticket, authority: "STA01", lifetimeSeconds: 500), "under this connector's own id")

    // It is redeemed here without the cloud, in every mode.
    for mode in ["workingNormally", "extendedHA"] {
      desk.stand(mode)
      let asked = desk.ask(.ticketData(ticket: ticket), .gateway)
      #expect(desk.answers[asked] == .ticketData(values: order.values) && desk.relays.isEmpty)
    }

    // A refresh goes to the cloud where it can; where it cannot, it is refreshed here.
    desk.stand("workingNormally")
    let refresh = desk.ask(.ticketRefresh(ticket: ticket), .gateway)
    #expect(desk.relays == [.ticketRefresh(ticket: ticket)])
    desk.now = desk.now + .seconds(400)
    desk.tell(.relayed(RequestID(refresh), .answered(.ticket(ticket: ticket, authority: "CWSSTA", lifetimeSeconds: 500))))
    #expect(desk.answers[refresh] == nil && keeps(desk).first?.1.remainingMilliseconds == 500_000, "the peers' copies live on too")
    desk.tell(.ticketKept(refresh))
    #expect(desk.answers[refresh] == .ticket(ticket: ticket, authority: "STA01", lifetimeSeconds: 500))
    #expect(keeps(desk).isEmpty && desk.answers[0] == nil)
    desk.now = desk.now + .seconds(400)
    let lost = desk.ask(.ticketRefresh(ticket: ticket), .gateway)
    desk.tell(.relayed(RequestID(lost), .failed("no route")))
    #expect(desk.refusal(lost) == nil)
    for (number, _) in keeps(desk) { desk.tell(.ticketKept(number)) }
    #expect(desk.answers[lost] == .ticket(ticket: ticket, authority: "STA01", lifetimeSeconds: 500))
  }

  @Test func whileTheCloudFailsNobodyWaitsForItLong() {
    var desk = Desk()
    func limit() -> Duration? {
      for case .relay(_, _, let within) in desk.said { return within }
      return nil
    }
    let first = desk.ask(.farm)
    #expect(limit() == RemoteBrokerLogic.relayLimit)
    desk.tell(.relayed(RequestID(first), .failed("no route")))
    let second = desk.ask(.launch(LaunchOrder(id: "l", user: Desk.user, resource: "r")))
    #expect(limit() == RemoteBrokerLogic.failingLimit)
    desk.tell(.relayed(RequestID(second), .answered(.noted)))
    desk.ask(.launch(LaunchOrder(id: "l", user: Desk.user, resource: "r")))
    #expect(limit() == RemoteBrokerLogic.launchLimit)
  }
}
