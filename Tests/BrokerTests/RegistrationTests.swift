import BrokerConfiguration
import Testing
import World

@testable import Broker

@Suite struct RegistrationTests {
  @Test("A machine registers by its name, DNS name or SID, in any letter case, and hears that it must speak at half the period") func registers() {
    for text in ["POOL-1", "pool-1", "Pool-1.Forest1.Local", "s-1-5-21-1-2-3-2000", "FOREST1\\pool-1"] {
      var desk = Desk()
      #expect(desk.register(text) == .registered(heartbeatSeconds: 300), "\(text)")
      #expect(desk.ask(.heartbeat(machine: "POOL-1")) == .noted)
      #expect(desk.logic.counts.registered == 1 && desk.logic.counts.unregistered == 9)
    }
  }

  /// Each refusal once.
  @Test(
    "What is refused says why",
    arguments: [
      ("NOPE", "", BrokerRefusal.Kind.unknownMachine, DeregistrationReason?.none),
      ("", "", .registrationRefused, .emptyRegistrationRequest),
      ("POOL-W", "", .registrationRefused, .invalidRegistrationRequest),
      ("POOL-1", "version", .registrationRefused, .missingAgentVersion),
      ("POOL-1", "support", .registrationRefused, .singleMultiSessionMismatch),
      ("POOL-1", "callback", .registrationRefused, .invalidRegistrationRequest),
      ("POOL-1", "sessions", .registrationRefused, .sessionAuditFailure),
      ("POOL-1", "nameless", .registrationRefused, .invalidRegistrationRequest),
    ]) func refuses(machine: String, wrong: String, kind: BrokerRefusal.Kind, reason: DeregistrationReason?)
  {
    var desk = Desk(.outage, zone: "east")
    var wanted = MachineRegistration(machine: machine, callback: "http://h:1/", sessionSupport: .singleSession)
    let session = MachineSession(id: "s", user: "u", state: .active)
    switch wrong {
    case "version": wanted.agentVersion = ""
    case "support": wanted.sessionSupport = .multiSession
    case "callback": wanted.callback = "ftp://h"
    case "sessions": wanted.sessions = [session, MachineSession(id: "t", user: "u", state: .active)]
    case "nameless": wanted.sessions = [MachineSession(id: "", user: "u", state: .active)]
    default: break
    }
    let refusal = desk.ask(.register(wanted))?.refusal
    #expect(refusal?.kind == kind && refusal?.reason == reason, "\(refusal as Any)")
    #expect(desk.logic.counts.registered == 0)
  }

  @Test("Without a configuration, or when nobody is served, there are no registrations") func notServing() {
    var desk = Desk(.outage, nil)
    #expect(desk.register("POOL-1")?.kind == .noConfiguration)
    desk.tell(.serving(false))
    #expect(desk.register("POOL-1")?.kind == .notServing)
    for request: BrokerRequest in [.heartbeat(machine: "x"), .farm, .resources(.anna), .sessions(.anna), .ticket(.init(ticket: "x", values: [:]))] {
      #expect(desk.ask(request)?.kind == .notServing)
    }
  }

  @Test("A machine that is silent for the whole period is dropped, exactly then") func contactLost() {
    var desk = Desk()
    desk.register("POOL-1")
    desk.pass(.seconds(500))
    desk.ask(.heartbeat(machine: "POOL-1"))
    let dropped = desk.now + .seconds(600)
    #expect(desk.logic.nextDue == dropped)
    desk.pass(.seconds(599))
    #expect(desk.logic.counts.registered == 1)
    desk.pass(.seconds(1))
    #expect(desk.logic.counts.registered == 0 && desk.logic.nextDue == nil)
    #expect(desk.drain().contains(.deregistered(machine: "POOL-1", reason: .contactLost)))
    #expect(desk.ask(.heartbeat(machine: "POOL-1"))?.kind == .notRegistered)
  }

  @Test("A later start takes the place of an earlier one, and what the earlier says late is refused") func starts() {
    var desk = Desk()
    desk.register("POOL-1", start: 4)
    desk.register("POOL-1", start: 5)
    let late = desk.register("POOL-1", start: 4)?.refusal
    #expect(late?.kind == .registrationRefused && late?.reason == .registrationStateMismatch)
    desk.launch("l", .anna, "Pooled")
    #expect(desk.callbacks == ["http://127.0.0.1:9/POOL-1/5"])
  }

  @Test("A later start gives up what the earlier was asked, and the next machine is asked") func restartWhilePreparing() {
    var desk = Desk()
    desk.register("POOL-1")
    desk.isHeld = true
    let number = desk.put(.launch(.init(id: "l", user: .anna, resource: "Pooled")))
    desk.register("POOL-1", start: 2)
    #expect(desk.held.map(\.session) == ["l", "l~2"])
    desk.tell(.prepared(desk.held[1], .init(accepted: true)))
    #expect(desk.answers[number]?.launch?.session == "l~2")
    // The no of the first start comes late and changes nothing.
    desk.tell(.prepared(desk.held[0], nil))
    #expect(desk.logic.counts.inSinBin == 0 && desk.faults.isEmpty)
  }

  @Test("Registrations that fail twice in a row lead to the sin bin for 180 s, and the second stay into maintenance") func sinBin() {
    var desk = Desk()
    func fail() { #expect(desk.register("POOL-1", support: .multiSession)?.refusal?.reason == .singleMultiSessionMismatch) }
    fail()
    desk.register("POOL-1")
    fail()
    #expect(desk.logic.counts.inSinBin == 0, "a good one between starts anew")
    fail()
    #expect(desk.logic.counts.inSinBin == 1)
    desk.pass(.seconds(100))
    let refusal = desk.register("POOL-1")?.refusal
    #expect(refusal?.kind == .inSinBin && refusal?.reason == .machineInRegistrationSinBin && refusal?.retryAfterSeconds == 80)
    desk.pass(.seconds(80))
    fail()
    fail()
    #expect(desk.logic.counts.inMaintenance == 1)
    desk.pass(.seconds(180))
    #expect(desk.register("POOL-1") == .registered(heartbeatSeconds: 300))
    #expect(desk.launch("l", .anna, "Pooled")?.kind == .noMachine)
    // A newer configuration means that somebody has looked.
    desk.tell(.configuration(BrokerSite(.small.with { $0.revision = 2 })))
    #expect(desk.launch("l", .anna, "Pooled")?.launch?.machine == "POOL-1")
  }

  @Test("A machine leaves with its reason, and twice does no harm") func leaves() {
    var desk = Desk()
    desk.register("POOL-1", sessions: [.init(id: "s", user: UserIdentity.anna.sid, state: .active)])
    #expect(desk.ask(.deregister(machine: "pool-1", reason: .agentShutdown)) == .noted)
    #expect(desk.ask(.deregister(machine: "pool-1", reason: .agentShutdown)) == .noted)
    #expect(desk.ask(.deregister(machine: "nope", reason: .agentShutdown))?.kind == .unknownMachine)
    #expect(desk.drain().filter { $0 == .deregistered(machine: "POOL-1", reason: .agentShutdown) }.count == 1)
    #expect(desk.logic.counts.sessions == 0 && desk.logic.counts.registered == 0)
  }

  @Test("Machines that a newer configuration does not know, or knows otherwise, are dropped") func configuration() {
    var desk = Desk(.outage, zone: "East")
    for machine in ["POOL-1", "POOL-2", "POOL-3", "HOST-1"] { desk.register(machine) }
    desk.tell(
      .configuration(
        BrokerSite(
          .small.with {
            $0.revision = 2
            $0.machines.removeAll { $0.name == "POOL-1" }
            $0.machines[0].catalog = "pool west"
            $0.machines[1].catalog = "hosts"
          })))
    let news = desk.drain()
    #expect(news.contains(.deregistered(machine: "POOL-1", reason: .desktopRemoved)))
    #expect(news.contains(.deregistered(machine: "POOL-2", reason: .desktopRemoved)), "it is of another zone now")
    #expect(news.contains(.deregistered(machine: "POOL-3", reason: .singleMultiSessionMismatch)))
    #expect(news.contains(.configured(revision: 2, machines: 9, dropped: 3)))
    #expect(desk.logic.counts.registered == 1 && desk.logic.counts.revision == 2)
  }

  @Test("At the end of an outage everything that was known of machines is forgotten, and what waits is answered") func outageEnds() {
    var desk = Desk(.outage, zone: "East")
    desk.register("POOL-1", sessions: [.init(id: "s", user: UserIdentity.anna.sid, state: .active)])
    desk.register("POOL-2")
    desk.isHeld = true
    let number = desk.put(.launch(.init(id: "l", user: .ben, resource: "Pooled")))
    desk.tell(.serving(false))
    #expect(desk.answers[number]?.kind == .notServing)
    #expect(desk.logic.nextDue == nil && desk.logic.counts.registered == 0 && desk.logic.counts.sessions == 0)
    desk.reply(.init(accepted: true))
    desk.tell(.serving(true))
    #expect(desk.ask(.heartbeat(machine: "POOL-1"))?.kind == .notRegistered)
    #expect(desk.faults.isEmpty)
  }

  @Test("The numbers of the site's settings count, within their ranges") func settings() {
    var desk = Desk(
      .cloud,
      .small.with { $0.settings = ["Core.HeartbeatPeriodMs": .integer(60_000), "RegistrationSinbinPeriodSecs": .integer(1), "Other": .flag(true)] })
    #expect(desk.register("POOL-1") == .registered(heartbeatSeconds: 30))
    #expect(desk.logic.timers.registrationSinBin == .seconds(60))
  }
}
