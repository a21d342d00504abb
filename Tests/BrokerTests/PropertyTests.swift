import BrokerConfiguration
import SimulatedWorld
import Testing
import World

@testable import Broker

/// Thousands of random steps: whatever is asked, in whatever order, what must hold holds.
@Suite struct PropertyTests {
  @Test("Every question gets one answer, nobody is given another's machine, and nothing is due in the past", arguments: UInt64(1)...24)
  func randomWalk(seed: UInt64) {
    var walk = Walk(seed)
    for step in 0..<1500 {
      walk.step()
      let fault = walk.fault
      #expect(fault == nil, "seed \(seed), step \(step)")
      guard fault == nil else { return }
    }
    walk.end()
    #expect(walk.fault == nil, "seed \(seed), at the end")
    #expect(walk.desk.logic.totals.launched > 0 && walk.desk.logic.totals.registrations > 0)
  }

  @Test("The same questions have the same answers in the same order: no order of a dictionary comes through", arguments: UInt64(1)...4)
  func deterministic(seed: UInt64) {
    var logs: [[BrokerLogic.Directive]] = []
    for _ in 0..<2 {
      var walk = Walk(seed)
      for _ in 0..<600 { walk.step() }
      logs.append(walk.desk.log)
    }
    #expect(logs[0] == logs[1] && !logs[0].isEmpty)
  }

  @Test("Nothing that is asked traps, and all of it is answered", arguments: UInt64(1)...6) func nonsense(seed: UInt64) {
    let random = SeededRandom(seed: seed)
    var desk = Desk(seed % 2 == 0 ? .cloud : .outage, seed % 3 == 0 ? nil : .small)
    for _ in 0..<1000 {
      desk.put(Nonsense.request(random))
      if random.below(10) == 0 { desk.tell(Nonsense.event(random)) }
      if random.below(20) == 0 { desk.pass(.seconds(Int(random.below(400)))) }
      #expect(desk.faults.isEmpty)
    }
    desk.pass(.seconds(10_000))
    #expect(desk.unanswered == 0 && desk.logic.inFlight.isEmpty && desk.logic.counts.launchesPending == 0)
  }

  @Test("A configuration of contradictions makes a site, and what refers to nothing is left out") func contradictions() {
    var configuration = BrokerConfiguration.small
    configuration.sites = []
    configuration.machines += configuration.machines
    configuration.machines[0].catalog = "nothing"
    configuration.machines[1].deliveryGroup = "nothing"
    configuration.deliveryGroups += configuration.deliveryGroups
    configuration.applications[0].deliveryGroups = ["nothing", "Hosts", "hosts"]
    configuration.entitlements[0].deliveryGroup = "nothing"
    let site = BrokerSite(configuration)
    #expect(site.machines.count == 10 && site.name == "Site")
    var desk = Desk(.cloud, configuration)
    desk.register("POOL-2")
    #expect(desk.launch("l", .anna, "Pooled")?.kind == .notEntitled)
    #expect(BrokerSite(BrokerConfiguration()).machines.isEmpty)
  }

  @Test("A heap gives the least first, whatever was set and taken out") func heap() {
    let random = SeededRandom(seed: 5)
    var heap = IndexedHeap<Int, UInt64>()
    var model: [Int: UInt64] = [:]
    for _ in 0..<20_000 {
      let key = Int(random.below(200))
      if random.below(3) == 0 {
        heap.remove(key)
        model[key] = nil
      } else {
        let rank = random.next()
        heap.set(key, rank)
        model[key] = rank
      }
      #expect(heap.first?.rank == model.values.min() && heap.count == model.count && heap.rank(of: key) == model[key])
    }
  }
}

/// A location of machines with minds of their own, and users.
struct Walk {
  struct Machine {
    let name: String
    let isSingle: Bool
    var start = 1
    var sessions: [String: MachineSession] = [:]
  }
  var desk: Desk
  private let random: SeededRandom
  private var machines: [Machine]
  private var tickets: [String] = []
  private var number = 0
  /// By launch: to whom which machine was promised.
  private var promised: [String: (user: String, launch: BrokeredLaunch)] = [:]
  private(set) var fault: String?
  private let side: BrokerLogic.Side

  init(_ seed: UInt64) {
    random = SeededRandom(seed: seed)
    side = seed % 2 == 0 ? .cloud : .outage
    desk = Desk(side, zone: seed % 4 == 1 ? "East" : nil)
    desk.isHeld = true
    machines = BrokerConfiguration.small.machines.map { Machine(name: $0.name, isSingle: !$0.name.hasPrefix("HOST")) }
  }

  mutating func step() {
    let place = Int(random.below(UInt64(machines.count)))
    switch random.below(20) {
    case 0...3: register(place)
    case 4...8: launch()
    case 9...12: replyToOne()
    case 13...15: change(place)
    case 16: if random.below(6) == 0 { restart(place) } else { desk.ask(.heartbeat(machine: machines[place].name)) }
    case 17: ticket()
    case 18: desk.pass(.seconds(Int(random.below(random.below(8) == 0 ? 700 : 40))))
    default: rare()
    }
    check()
  }

  /// Everything that is open ends by itself.
  mutating func end() {
    desk.pass(.seconds(1000))
    if desk.unanswered != 0 { fault = "\(desk.unanswered) questions have no answer" }
    if desk.logic.counts.launchesPending != 0 { fault = "launches are pending without a question" }
    if desk.logic.counts.registered != 0 || desk.logic.counts.sessions != 0 { fault = "silent machines stay" }
  }

  private mutating func register(_ place: Int) {
    let machine = machines[place]
    desk.register(machine.name, start: machine.start, sessions: machine.sessions.values.sorted { $0.id < $1.id }, load: Int(random.below(9000)))
  }

  private mutating func restart(_ place: Int) {
    machines[place].start += 1
    machines[place].sessions = [:]
    register(place)
  }

  private mutating func launch() {
    number += 1
    let user = [UserIdentity.anna, .ben, .cleo, .dora][Int(random.below(4))]
    let resource = ["Pooled", "Own", "Hosts", "Hosts/Writer", "Hosts/Counter"][Int(random.below(5))]
    let id = random.below(4) == 0 ? "l\(number / 2)" : "l\(number)"
    desk.put(.launch(.init(id: id, user: user, resource: resource)))
  }

  private mutating func replyToOne() {
    guard !desk.held.isEmpty else { return }
    let order = desk.held.remove(at: Int(random.below(UInt64(desk.held.count))))
    guard let place = machines.firstIndex(where: { $0.name == order.machine }), random.below(5) != 0 else {
      return desk.tell(.prepared(order, nil))
    }
    // A machine of one session refuses another user's.
    let others = machines[place].sessions.values.contains { $0.user.lowercased() != order.user.lowercased() || $0.id != order.session }
    guard !(machines[place].isSingle && others) else { return desk.tell(.prepared(order, .init(accepted: false))) }
    if machines[place].sessions[order.session] == nil {
      machines[place].sessions[order.session] = MachineSession(
        id: order.session, user: order.user, state: .prepared, applications: order.application.map { [$0] } ?? [])
    }
    // Its yes may be lost.
    desk.tell(.prepared(order, random.below(6) == 0 ? nil : .init(accepted: true, load: Int(random.below(9000)))))
  }

  private mutating func change(_ place: Int) {
    guard let session = machines[place].sessions.values.min(by: { $0.id < $1.id }) else { return }
    switch random.below(3) {
    case 0:
      machines[place].sessions[session.id]?.state = .active
      desk.say(machines[place].name, session.id, .connected, load: Int(random.below(9000)))
    case 1:
      machines[place].sessions[session.id]?.state = .disconnected
      desk.say(machines[place].name, session.id, .disconnected)
    default:
      machines[place].sessions[session.id] = nil
      if random.below(5) != 0 { desk.say(machines[place].name, session.id, .ended) }
    }
  }

  private mutating func ticket() {
    let name = tickets.isEmpty ? "" : tickets[Int(random.below(UInt64(tickets.count)))]
    switch random.below(4) {
    case 0: desk.ask(.ticketData(ticket: name))
    case 1: desk.ask(.ticketRefresh(ticket: name))
    default:
      let digits = String(random.next(), radix: 36).uppercased()
      tickets.append(digits + String(repeating: "A", count: 32 - digits.utf8.count))
      desk.peersKeep = random.below(3) != 0
      desk.ask(.ticket(.init(ticket: tickets[tickets.count - 1], values: ["a": "b"], isRefreshable: random.below(2) == 0)))
    }
  }

  private mutating func rare() {
    switch random.below(5) {
    case 0: desk.tell(.configuration(BrokerSite(.small.with { $0.machines.remove(at: Int(random.below(10))) })))
    case 1: desk.tell(.configuration(BrokerSite(.small)))
    case 2:
      desk.tell(.serving(false))
      promised = [:]
      desk.tell(.serving(true))
    case 3: desk.ask(.deregister(machine: machines[Int(random.below(10))].name, reason: .agentRequested))
    default: desk.register(machines[Int(random.below(10))].name, support: random.below(2) == 0 ? .singleSession : .multiSession)
    }
  }

  private mutating func check() {
    let logic = desk.logic
    if let broken = desk.faults.first { fault = broken }
    let counts = logic.counts
    let all = [
      counts.registered, counts.unregistered, counts.inSinBin, counts.inMaintenance, counts.sessionsPrepared, counts.sessionsActive,
      counts.sessionsDisconnected, counts.launchesPending, counts.tickets, counts.ticketsOfPeers,
    ]
    if all.contains(where: { $0 < 0 }) { fault = "a count is negative: \(counts)" }
    // What is counted on the way is what is there.
    let sessions = logic.registrations.values.flatMap(\.sessions.values)
    if counts.sessions != sessions.count { fault = "\(counts.sessions) sessions are counted and \(sessions.count) are there" }
    if counts.launchesPending != logic.launches.values.count(where: { $0.answer == nil }) { fault = "pending launches are miscounted" }
    if logic.sessionsOf.values.reduce(0, { $0 + $1.count }) != sessions.count { fault = "users' sessions and machines' differ" }
    for (id, launch) in logic.launches where launch.answer == nil {
      guard let asked = launch.asked, logic.inFlight[asked]?.contains(id) == true else {
        fault = "launch \(id) waits for nothing"
        return
      }
      if logic.alarms.moment(.prepare(asked)) == nil { fault = "an order has no end" }
    }
    for (key, registration) in logic.registrations {
      guard let machine = logic.site?.machine(key: key) else {
        fault = "\(key) is registered and not in the configuration"
        return
      }
      if machine.support == .singleSession, registration.sessions.count > 1 { fault = "\(key) has \(registration.sessions.count) sessions" }
      let isFree = logic.free.values.contains { $0.rank(of: key) != nil }
      let shouldBe =
        machine.group != nil && logic.takesUsers(machine) && logic.hasRoom(machine, registration)
        && !(machine.isStatic && (machine.isAssigned || logic.assignments[key] != nil))
      if isFree != shouldBe { fault = "\(key) is \(isFree ? "" : "not ")among the free machines" }
      if logic.alarms.moment(.contact(key)) == nil { fault = "\(key) can never be lost" }
    }
    judgeAnswers()
  }

  /// A machine that is promised to one user is promised to no other while that promise may still be used.
  private mutating func judgeAnswers() {
    let logic = desk.logic
    for (number, answer) in desk.answers {
      desk.answers[number] = nil
      guard let launch = answer.launch, let session = logic.registrations[launch.machine.lowercased()]?.sessions[launch.session] else {
        if answer.launch != nil { fault = "a launch is answered with a session that is not there" }
        continue
      }
      guard let known = logic.site?.machine(key: launch.machine.lowercased()), known.support == .singleSession else { continue }
      if let earlier = promised[launch.machine], earlier.user != session.user.lowercased(),
        logic.registrations[launch.machine.lowercased()]?.sessions[earlier.launch.session] != nil
      {
        fault = "\(launch.machine) is promised to two users"
      }
      promised[launch.machine] = (session.user.lowercased(), launch)
    }
  }
}
