import Broker
import SimulatedSite
import Testing
import World

/// One machine against answers that a test gives.
struct MachineRig {
  var logic: MachineLogic
  var now = Moment(nanoseconds: 0)

  init(brokers: Int = 3, multi: Bool = false, seed: UInt64 = 1, _ adjust: (inout MachineSettings) -> Void = { _ in }) {
    var settings = MachineSettings(brokers: brokers, callbackBase: "http://127.0.0.1:4000/machines")
    settings.disconnects = 0
    adjust(&settings)
    logic = MachineLogic(
      SiteMachine(name: "VDA-001", dnsName: "vda-001.forest1.local", isMultiSession: multi), settings: settings, start: 7, seed: seed)
    logic.begin(at: now)
  }

  /// Goes to the next moment at which something happens by itself.
  mutating func next() -> [MachineLogic.Directive] {
    guard let due = logic.nextDue else { return [] }
    now = max(now, due)
    return logic.due(at: now)
  }

  mutating func say(_ answer: BrokerAnswer?) -> [MachineLogic.Directive] { logic.answered(answer, at: now) }

  /// Registers with whoever is asked first.
  @discardableResult mutating func register(heartbeat: Int = 30) -> Int {
    guard let first = next().asks.first else { return -1 }
    _ = say(.registered(heartbeatSeconds: heartbeat))
    return first.broker
  }
}

extension [MachineLogic.Directive] {
  var asks: [(broker: Int, request: BrokerRequest)] {
    compactMap { if case .ask(let broker, let request) = $0 { (broker, request) } else { nil } }
  }
}

func refused(_ kind: BrokerRefusal.Kind, after seconds: Int? = nil) -> BrokerAnswer {
  .refused(BrokerRefusal(kind, "no", retryAfterSeconds: seconds))
}

@Suite struct MachineLogicTests {
  @Test func triesEveryConnectorInRandomOrderAndThenWaits() {
    var firsts: Set<Int> = []
    for seed in 1...40 {
      var rig = MachineRig(seed: UInt64(seed))
      var asked: [Int] = []
      var out = rig.next()
      while let one = out.asks.first {
        guard case .register(let registration) = one.request else {
          Issue.record("it asked \(one.request)")
          return
        }
        #expect(registration.machine == "VDA-001" && registration.start == 7)
        #expect(registration.callback == "http://127.0.0.1:4000/machines/VDA-001")
        asked.append(one.broker)
        out = rig.say(asked.count == 1 ? nil : refused(.notElected))
      }
      #expect(asked.sorted() == [0, 1, 2])
      firsts.insert(asked.first ?? -1)
      #expect(rig.logic.nextDue ?? rig.now > rig.now)
    }
    #expect(firsts == [0, 1, 2])
  }

  @Test func beatsAsOftenAsItIsTold() {
    var rig = MachineRig()
    let broker = rig.register(heartbeat: 20)
    #expect(rig.logic.standing == .registered(broker: broker, heartbeat: .seconds(20)))
    let then = rig.now
    let out = rig.next().asks
    #expect(rig.now - then == .seconds(20))
    #expect(out.map(\.broker) == [broker] && out.map(\.request) == [.heartbeat(machine: "VDA-001")])
    _ = rig.say(.noted)
    #expect(rig.logic.nextDue == rig.now + .seconds(20))
  }

  @Test(arguments: [BrokerRefusal.Kind.notRegistered, .notServing, .notElected, .cloudUnreachable, .inSinBin])
  func looksForABrokerWhenItsBeatIsRefused(_ kind: BrokerRefusal.Kind) {
    var rig = MachineRig()
    let broker = rig.register()
    _ = rig.next()
    let lost = rig.say(refused(kind))
    #expect(lost == [.lost(broker: broker, why: "\(kind.rawValue): no")])
    #expect(rig.logic.standing == .unregistered)
    let then = rig.now
    #expect(rig.next().asks.count == 1)
    #expect(rig.now - then <= .seconds(1))
  }

  @Test func anOverloadedBrokerKeepsItsMachines() {
    var rig = MachineRig()
    let broker = rig.register()
    _ = rig.next()
    #expect(rig.say(refused(.overloaded, after: 9)).isEmpty)
    #expect(rig.logic.standing == .registered(broker: broker, heartbeat: .seconds(30)))
    #expect(rig.logic.nextDue == rig.now + .seconds(9))
  }

  /// Longer each time, never longer than the heartbeat that it was told, and never sooner than it was asked to.
  @Test func waitsLongerEachTimeUpToItsHeartbeat() {
    var rig = MachineRig(brokers: 1)
    rig.register(heartbeat: 20)
    _ = rig.next()
    _ = rig.say(nil)
    var pauses: [Duration] = []
    for _ in 1...12 {
      _ = rig.next()
      _ = rig.say(refused(.notServing))
      pauses.append((rig.logic.nextDue ?? rig.now) - rig.now)
    }
    #expect(pauses[0] <= .seconds(2) && pauses[0] >= .seconds(1))
    #expect(pauses.max() ?? .zero <= .seconds(20))
    #expect(pauses.suffix(6).allSatisfy { $0 >= .seconds(10) })
    _ = rig.next()
    _ = rig.say(refused(.notServing, after: 60))
    #expect((rig.logic.nextDue ?? rig.now) - rig.now >= .seconds(60))
    // Five minutes at most, whatever it was told (product facts 3.4).
    var slow = MachineRig(brokers: 1)
    slow.register(heartbeat: 3_600)
    _ = slow.next()
    _ = slow.say(nil)
    for _ in 1...20 {
      _ = slow.next()
      _ = slow.say(nil)
    }
    #expect((slow.logic.nextDue ?? slow.now) - slow.now <= .seconds(300))
  }

  @Test func saysGoodbyeOnlyWhereItIsRegistered() {
    var rig = MachineRig()
    let broker = rig.register()
    let out = rig.logic.stop(at: rig.now).asks
    #expect(out.map(\.broker) == [broker] && out.map(\.request) == [.deregister(machine: "VDA-001", reason: .agentShutdown)])
    #expect(rig.say(.noted).isEmpty && rig.logic.nextDue == nil)
    var idle = MachineRig()
    #expect(idle.logic.stop(at: idle.now).isEmpty)
  }
}

@Suite struct MachineSessionTests {
  private let order = PrepareOrder(machine: "VDA-001", session: "s1", user: "alice")

  @Test func aPreparedSessionIsKeptAndToldWhereItRegistersNext() {
    var rig = MachineRig()
    let broker = rig.register()
    #expect(rig.logic.prepare(order, at: rig.now) == PrepareReply(accepted: true, load: 10_000))
    #expect(rig.logic.prepare(order, at: rig.now).accepted)
    // Another user's is refused, on a machine of one session.
    #expect(!rig.logic.prepare(PrepareOrder(machine: "VDA-001", session: "s2", user: "ben"), at: rig.now).accepted)
    _ = rig.next()
    #expect(rig.say(refused(.notServing)) == [.lost(broker: broker, why: "notServing: no")])
    guard case .register(let registration)? = rig.next().asks.first?.request else {
      Issue.record("it does not register")
      return
    }
    #expect(registration.sessions == [MachineSession(id: "s1", user: "alice", state: .prepared)])
    #expect(registration.load == 10_000)
  }

  @Test func aSessionIsToldWhenItsClientComesAndWhenItEnds() {
    var rig = MachineRig(multi: true)
    rig.register(heartbeat: 1_000)
    _ = rig.logic.prepare(order, at: rig.now)
    let connected = rig.logic.connect("s1", at: rig.now)
    #expect(connected.known)
    #expect(connected.directives.asks.map(\.request) == [.session(SessionNotice(machine: "VDA-001", session: "s1", change: .connected, load: 100))])
    _ = rig.say(.noted)
    let ended = rig.next().asks
    #expect(ended.map(\.request) == [.session(SessionNotice(machine: "VDA-001", session: "s1", change: .ended, load: 0))])
    // Who checks late still learns that it was there; of others nothing is known.
    #expect(rig.logic.knows("s1") && !rig.logic.knows("s9"))
    #expect(rig.logic.connect("s1", at: rig.now).known)
    #expect(!rig.logic.connect("s9", at: rig.now).known)
  }

  @Test func aSessionThatNobodyComesForEnds() {
    var rig = MachineRig()
    rig.register(heartbeat: 1_000)
    let then = rig.now
    _ = rig.logic.prepare(order, at: rig.now)
    #expect(rig.next().asks.map(\.request) == [.session(SessionNotice(machine: "VDA-001", session: "s1", change: .ended, load: 0))])
    #expect(rig.now - then == .seconds(200))
  }

  /// What happens between two brokers is told to nobody: the next registration has what is left.
  @Test func noticesOfAnUnregisteredMachineAreNotSaidLater() {
    var rig = MachineRig()
    rig.register(heartbeat: 10)
    _ = rig.logic.prepare(order, at: rig.now)
    _ = rig.logic.connect("s1", at: rig.now)
    _ = rig.say(nil)
    #expect(rig.logic.standing == .unregistered)
    rig.now = rig.now + .seconds(500)
    let out = rig.logic.due(at: rig.now)
    guard case .register(let registration)? = out.asks.first?.request else {
      Issue.record("it does not register")
      return
    }
    #expect(registration.sessions.isEmpty)
    #expect(rig.say(.registered(heartbeatSeconds: 10)).asks.isEmpty)
  }
}
