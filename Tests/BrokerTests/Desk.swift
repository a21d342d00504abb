import BrokerConfiguration
import World

@testable import Broker

/// One broker, told everything by hand, with machines that answer at once, or when told to.
struct Desk {
  var logic: BrokerLogic
  var now = Moment(nanoseconds: 1_000_000_000_000)
  /// What machines say to orders; by machine, nil: nothing comes. Without an entry: yes.
  var replies: [String: PrepareReply?] = [:]
  /// Machines that answer only when `reply` is called.
  var isHeld = false
  var held: [PrepareOrder] = []
  var callbacks: [String] = []
  /// Peers keep tickets at once.
  var peersKeep = true
  var keeps: [(number: UInt64, ticket: HeldTicket)] = []
  var answers: [UInt64: BrokerAnswer] = [:]
  var news: [BrokerNews] = []
  /// Everything that the logic has said, in order.
  var log: [BrokerLogic.Directive] = []
  /// What broke on the way.
  var faults: [String] = []
  private var number: UInt64 = 0
  private var open: Set<UInt64> = []

  init(_ side: BrokerLogic.Side = .cloud, zone: String? = nil, _ configuration: BrokerConfiguration? = .small, timers: BrokerTimers = .documented) {
    logic = BrokerLogic(.init(side: side, zone: zone, timers: timers, authority: "STA1"))
    if let configuration { tell(.configuration(BrokerSite(configuration))) }
    if side == .outage { tell(.serving(true)) }
  }

  mutating func tell(_ event: BrokerLogic.Event) {
    var events = [event]
    while !events.isEmpty {
      for directive in logic.handle(events.removeFirst(), at: now) {
        log.append(directive)
        switch directive {
        case .answer(let number, let answer):
          if open.remove(number) == nil { faults.append("\(number) is answered and not open") }
          answers[number] = answer
        case .prepare(let order, let callback):
          callbacks.append(callback)
          if isHeld { held.append(order) } else { events.append(.prepared(order, replies[order.machine] ?? PrepareReply(accepted: true))) }
        case .keepTicketAtPeers(let number, let ticket):
          keeps.append((number, ticket))
          if peersKeep { events.append(.ticketKept(number)) }
        case .say(let what): news.append(what)
        }
      }
    }
    if let due = logic.nextDue, due <= now { faults.append("due at \(due.nanoseconds), which has passed") }
  }

  /// The number of the question; its answer may come later.
  @discardableResult mutating func put(_ request: BrokerRequest) -> UInt64 {
    number += 1
    open.insert(number)
    tell(.asked(number, request))
    return number
  }
  @discardableResult mutating func ask(_ request: BrokerRequest) -> BrokerAnswer? { answers[put(request)] }
  var unanswered: Int { open.count }

  mutating func reply(_ reply: PrepareReply?) {
    let orders = held
    held = []
    for order in orders { tell(.prepared(order, reply)) }
  }

  /// Lets time pass; `due` is told when it is due and at no other time.
  mutating func pass(_ duration: Duration) {
    let end = now + duration
    while let due = logic.nextDue, due <= end {
      now = max(due, now)
      tell(.due)
    }
    now = end
  }

  @discardableResult mutating func register(
    _ machine: String, start: Int = 1, sessions: [MachineSession] = [], load: Int = 0, support: MachineSessionSupport? = nil
  ) -> BrokerAnswer? {
    let known: MachineSessionSupport = machine.uppercased().hasPrefix("HOST") ? .multiSession : .singleSession
    return ask(
      .register(
        MachineRegistration(
          machine: machine, start: start, callback: "http://127.0.0.1:9/\(machine)/\(start)", sessionSupport: support ?? known, sessions: sessions,
          load: load)))
  }

  @discardableResult mutating func launch(_ id: String, _ user: UserIdentity, _ resource: String) -> BrokerAnswer? {
    ask(.launch(LaunchOrder(id: id, user: user, resource: resource)))
  }
  @discardableResult mutating func say(_ machine: String, _ session: String, _ change: SessionNotice.Change, load: Int = 0) -> BrokerAnswer? {
    ask(.session(SessionNotice(machine: machine, session: session, change: change, load: load)))
  }
  mutating func drain() -> [BrokerNews] {
    defer { news = [] }
    return news
  }
}

extension BrokerAnswer {
  var launch: BrokeredLaunch? { if case .launched(let launch) = self { launch } else { nil } }
  var refusal: BrokerRefusal? { if case .refused(let refusal) = self { refusal } else { nil } }
  var kind: BrokerRefusal.Kind? { refusal?.kind }
  var resources: [BrokerResource]? { if case .resources(let resources) = self { resources } else { nil } }
  var sessions: [ReconnectableSession]? { if case .sessions(let sessions) = self { sessions } else { nil } }
}

extension UserIdentity {
  static let anna = UserIdentity(sid: "S-1-5-21-1-2-3-1101", groups: ["S-1-5-21-1-2-3-513", "S-1-5-21-1-2-3-600"])
  static let ben = UserIdentity(sid: "S-1-5-21-1-2-3-1102", groups: ["S-1-5-21-1-2-3-513", "S-1-5-21-1-2-3-600"])
  static let cleo = UserIdentity(sid: "S-1-5-21-1-2-3-1103", groups: ["S-1-5-21-1-2-3-513", "S-1-5-21-1-2-3-600"])
  /// In the group that is left out.
  static let dora = UserIdentity(sid: "S-1-5-21-1-2-3-1104", groups: ["S-1-5-21-1-2-3-600", "S-1-5-21-1-2-3-601"])
  static let nobody = UserIdentity(sid: "S-1-5-21-1-2-3-1999")
}

extension BrokerConfiguration {
  /// Zones East and West. Pooled desktops POOL-1…3 (East) and POOL-W (West); own desktops OWN-1 (Anna's), OWN-2 and OWN-3 (nobody's); hosts of
  /// many sessions HOST-1…2 (East), HOST-W (West) with the applications Writer and Counter and a desktop.
  static var small: BrokerConfiguration {
    var out = BrokerConfiguration()
    out.sites = [.init(name: "Forest1", uuid: "s")]
    out.zones = [.init(name: "East", uuid: "e", isPrimary: true), .init(name: "West", uuid: "w")]
    func catalog(_ name: String, _ zone: String, _ support: SessionSupport, _ allocation: MachineCatalog.Allocation) -> MachineCatalog {
      .init(name: name, zone: zone, sessionSupport: support, allocation: allocation, provisioning: .machineCreation)
    }
    out.machineCatalogs = [
      catalog("pool", "East", .singleSession, .random), catalog("pool west", "West", .singleSession, .random),
      catalog("own", "East", .singleSession, .static), catalog("hosts", "East", .multiSession, .random),
      catalog("hosts west", "West", .multiSession, .random),
    ]
    out.deliveryGroups = [
      .init(name: "Pooled", delivers: .desktops, sessionSupport: .singleSession),
      .init(name: "Own", delivers: .desktops, sessionSupport: .singleSession),
      .init(name: "Hosts", delivers: .desktopsAndApplications, sessionSupport: .multiSession),
    ]
    out.applications = [
      .init(name: "Writer", deliveryGroups: ["Hosts"], commandLine: "writer.exe", folder: "Office"),
      .init(name: "Counter", deliveryGroups: ["Hosts"], commandLine: "counter.exe"),
    ]
    let everybody = "S-1-5-21-1-2-3-600"
    let leftOut = "S-1-5-21-1-2-3-601"
    out.entitlements = [
      .init(name: "a", deliveryGroup: "Pooled", includes: [everybody], excludes: [leftOut]),
      .init(name: "b", deliveryGroup: "Own", includes: [everybody]), .init(name: "c", deliveryGroup: "Hosts", includes: [everybody]),
      .init(name: "d", deliveryGroup: "Hosts", application: "Writer", includes: [everybody]),
      .init(name: "e", deliveryGroup: "Hosts", application: "Counter", includes: [UserIdentity.anna.sid]),
    ]
    let machines = [
      ("POOL-1", "pool", "Pooled"), ("POOL-2", "pool", "Pooled"), ("POOL-3", "pool", "Pooled"), ("POOL-W", "pool west", "Pooled"),
      ("OWN-1", "own", "Own"), ("OWN-2", "own", "Own"), ("OWN-3", "own", "Own"), ("HOST-1", "hosts", "Hosts"), ("HOST-2", "hosts", "Hosts"),
      ("HOST-W", "hosts west", "Hosts"),
    ]
    for (index, machine) in machines.enumerated() {
      out.machines.append(
        .init(
          name: machine.0, dnsName: "\(machine.0.lowercased()).forest1.local", sid: "S-1-5-21-1-2-3-\(2000 + index)", catalog: machine.1,
          deliveryGroup: machine.2, assignedUsers: machine.0 == "OWN-1" ? [UserIdentity.anna.sid] : []))
    }
    return out
  }

  func with(_ change: (inout BrokerConfiguration) -> Void) -> BrokerConfiguration {
    var out = self
    change(&out)
    return out
  }
}
