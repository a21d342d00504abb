import BrokerConfiguration
import Testing
import World

@testable import Broker

@Suite struct LaunchTests {
  @Test("A launch prepares a machine and answers with it; asked again it is the same launch, also while it is pending") func again() {
    var desk = Desk()
    desk.register("POOL-1")
    desk.register("POOL-2")
    desk.isHeld = true
    let first = desk.put(.launch(.init(id: "l", user: .anna, resource: "pooled")))
    let second = desk.put(.launch(.init(id: "l", user: .anna, resource: "Pooled")))
    #expect(desk.held == [.init(machine: "POOL-1", session: "l", user: UserIdentity.anna.sid)])
    #expect(desk.unanswered == 2 && desk.logic.counts.launchesPending == 1)
    desk.reply(.init(accepted: true, load: 12))
    let answer = BrokerAnswer.launched(.init(session: "l", machine: "POOL-1", address: "pool-1.forest1.local"))
    #expect(desk.answers[first] == answer && desk.answers[second] == answer)
    desk.isHeld = false
    desk.pass(.seconds(199))
    #expect(desk.launch("l", .anna, "Pooled") == answer)
    #expect(desk.logic.counts.launchesPending == 0 && desk.logic.counts.launched == 1)
  }

  @Test("A launch's id belongs to its user and resource") func foreignID() {
    var desk = Desk()
    desk.register("POOL-1")
    desk.launch("l", .anna, "Pooled")
    #expect(desk.launch("l", .ben, "Pooled")?.kind == .badRequest)
    #expect(desk.launch("l", .anna, "Hosts")?.kind == .badRequest)
    #expect(desk.launch("", .anna, "Hosts")?.kind == .badRequest)
    #expect(desk.launch(String(repeating: "x", count: 129), .anna, "Hosts")?.kind == .badRequest)
    #expect(desk.launch("m", .init(sid: ""), "Hosts")?.kind == .badRequest)
  }

  struct Case: Sendable, CustomTestStringConvertible {
    let name: String
    let kind: BrokerRefusal.Kind
    var side = BrokerLogic.Side.cloud
    var user = UserIdentity.anna
    var resource = "Pooled"
    var change: @Sendable (inout BrokerConfiguration) -> Void = { _ in }
    var register = ["POOL-1", "OWN-1", "HOST-1"]
    var testDescription: String { name }
  }
  static let cases = [
    Case(name: "no such resource", kind: .unknownResource, resource: "Nothing"),
    Case(name: "nobody's user", kind: .notEntitled, user: .nobody),
    Case(name: "left out", kind: .notEntitled, user: .dora),
    Case(name: "an application of others", kind: .notEntitled, user: .ben, resource: "Hosts/Counter"),
    Case(name: "the entitlement is disabled", kind: .notEntitled, change: { $0.entitlements[0].enabled = false }),
    Case(name: "the group is disabled", kind: .disabled, change: { $0.deliveryGroups[0].enabled = false }),
    Case(name: "the application is disabled", kind: .disabled, resource: "Hosts/Writer", change: { $0.applications[0].enabled = false }),
    Case(name: "the group is in maintenance", kind: .inMaintenance, change: { $0.deliveryGroups[0].inMaintenance = true }),
    Case(name: "the machine is in maintenance", kind: .noMachine, change: { $0.machines[0].inMaintenance = true }),
    Case(name: "no machine", kind: .noMachine, register: ["HOST-1"]),
    Case(name: "the user's machine is not registered", kind: .noMachine, resource: "Own", register: ["POOL-1"]),
    Case(name: "the user's machine is in maintenance", kind: .inMaintenance, resource: "Own", change: { $0.machines[4].inMaintenance = true }),
    Case(name: "no new assignment in an outage", kind: .notInOutage, side: .outage, user: .ben, resource: "Own", register: ["OWN-2"]),
    Case(name: "nobody's machine is registered", kind: .noMachine, user: .ben, resource: "Own"),
    Case(name: "the machine is full", kind: .noMachine, resource: "Hosts", register: ["full"]),
  ]
  @Test("What is refused says why, and leaves nothing behind", arguments: cases) func refuses(_ row: Case) {
    var desk = Desk(row.side, .small.with(row.change))
    for machine in row.register { _ = machine == "full" ? desk.register("HOST-1", load: 10_000) : desk.register(machine) }
    let answer = desk.launch("l", row.user, row.resource)
    #expect(answer?.kind == row.kind, "\(answer as Any)")
    #expect(desk.callbacks.isEmpty && desk.logic.launches.isEmpty && desk.logic.counts.sessions == 0)
  }

  @Test("A machine that refuses or is silent gets nobody for 60 s, and the next is asked; after three it fails") func next() {
    var desk = Desk()
    for machine in ["POOL-1", "POOL-2", "POOL-3", "POOL-W"] { desk.register(machine) }
    desk.replies = ["POOL-1": .init(accepted: false, reason: "busy"), "POOL-2": PrepareReply?.none]
    #expect(desk.launch("l", .anna, "Pooled")?.launch?.machine == "POOL-3")
    #expect(desk.logic.counts.inSinBin == 2)
    desk.replies["POOL-W"] = PrepareReply?.none
    #expect(desk.launch("m", .ben, "Pooled")?.kind == .noMachine, "only POOL-W was left")
    desk.pass(.seconds(60))
    #expect(desk.logic.counts.inSinBin == 0)
    #expect(desk.launch("n", .ben, "Pooled")?.kind == .prepareFailed)
    desk.pass(.seconds(60))
    desk.replies = [:]
    #expect(desk.launch("n", .ben, "Pooled")?.launch != nil, "a refused launch has done nothing and may be asked again")
    #expect(desk.faults.isEmpty)
  }

  @Test("A machine that never answers is given up after 60 s; its late yes keeps it from others") func silent() {
    var desk = Desk()
    desk.register("POOL-1")
    desk.register("POOL-2")
    desk.isHeld = true
    let number = desk.put(.launch(.init(id: "l", user: .anna, resource: "Pooled")))
    desk.pass(.seconds(59))
    #expect(desk.held.count == 1)
    desk.pass(.seconds(1))
    #expect(desk.held.map(\.machine) == ["POOL-1", "POOL-2"])
    desk.tell(.prepared(desk.held[1], .init(accepted: true)))
    #expect(desk.answers[number]?.launch?.machine == "POOL-2")
    desk.tell(.prepared(desk.held[0], .init(accepted: true)))
    desk.pass(.seconds(60))
    #expect(desk.launch("m", .ben, "Pooled")?.kind == .noMachine)
    desk.pass(.seconds(140))
    #expect(desk.drain().contains(.sessionGivenUp(machine: "POOL-1", session: "l")))
    desk.isHeld = false
    #expect(desk.launch("m", .ben, "Pooled")?.launch?.machine == "POOL-1")
  }

  @Test("A prepared session whose client never comes is given up after 200 s") func neverComes() {
    var desk = Desk()
    desk.register("POOL-1")
    desk.launch("l", .anna, "Pooled")
    #expect(desk.launch("m", .ben, "Pooled")?.kind == .noMachine)
    desk.pass(.seconds(200))
    #expect(desk.launch("m", .ben, "Pooled")?.launch?.machine == "POOL-1")
    desk.say("POOL-1", "m", .connected)
    desk.pass(.seconds(300))
    #expect(desk.logic.counts.sessionsActive == 1)
  }

  @Test("A disconnected session of the same user and resource comes first, in maintenance too") func reconnects() {
    var desk = Desk(.cloud, .small.with { $0.machines[1].inMaintenance = true })
    desk.register("POOL-1")
    desk.register("POOL-2", sessions: [.init(id: "old", user: UserIdentity.anna.sid.lowercased(), state: .disconnected)])
    #expect(desk.ask(.sessions(.anna))?.sessions?.map(\.resource) == ["Pooled"])
    #expect(
      desk.launch("l", .anna, "Pooled") == .launched(.init(session: "old", machine: "POOL-2", address: "pool-2.forest1.local", isReconnection: true)))
    #expect(desk.launch("m", .ben, "Pooled")?.launch?.machine == "POOL-1")
    desk.say("POOL-2", "old", .connected)
    #expect(desk.logic.counts.sessionsActive == 1 && desk.logic.counts.sessionsDisconnected == 0)
  }

  @Test("A reconnection that fails ends in a new session elsewhere") func reconnectionFails() {
    var desk = Desk()
    desk.register("POOL-2", sessions: [.init(id: "old", user: UserIdentity.anna.sid, state: .disconnected)])
    desk.register("POOL-1")
    desk.replies["POOL-2"] = PrepareReply?.none
    let launch = desk.launch("l", .anna, "Pooled")?.launch
    #expect(launch?.machine == "POOL-1" && launch?.isReconnection == false)
    #expect(desk.logic.counts.sessionsDisconnected == 1, "the machine alone says when a session has ended")
  }

  @Test("An application starts in the user's session of the same delivery group; a desktop's session is not shared") func sharing() {
    var desk = Desk()
    desk.register("HOST-1")
    desk.register("HOST-2")
    let first = desk.launch("l", .anna, "Hosts/Writer")?.launch
    #expect(first?.isReconnection == false)
    desk.say(first?.machine ?? "", "l", .connected, load: 5000)
    let second = desk.launch("m", .anna, "hosts/counter")?.launch
    #expect(second?.session == "l" && second?.isReconnection == true && second?.machine == first?.machine)
    #expect(desk.launch("n", .anna, "Hosts")?.launch?.machine == "HOST-2")
    #expect(desk.launch("o", .ben, "Hosts/Writer")?.launch?.session == "o")
  }

  @Test("Two launches of one user at once share one order") func doubleClick() {
    var desk = Desk()
    desk.register("POOL-1")
    desk.register("POOL-2")
    desk.isHeld = true
    desk.put(.launch(.init(id: "l", user: .anna, resource: "Pooled")))
    desk.put(.launch(.init(id: "m", user: .anna, resource: "Pooled")))
    #expect(desk.held.count == 1)
    desk.reply(.init(accepted: true))
    #expect(Set(desk.answers.values.compactMap(\.launch?.session)) == ["l"] && desk.logic.counts.sessions == 1)
  }

  @Test("One's own machine is taken; in the cloud a first assignment is made, and stays") func ownMachines() {
    var desk = Desk()
    for machine in ["OWN-1", "OWN-2", "OWN-3"] { desk.register(machine) }
    #expect(desk.launch("a", .anna, "Own")?.launch?.machine == "OWN-1")
    desk.replies["OWN-2"] = .init(accepted: false)
    #expect(desk.launch("b", .ben, "Own")?.launch?.machine == "OWN-3", "the one that refused is not Ben's")
    #expect(desk.drain().contains(.assigned(machine: "OWN-3", user: UserIdentity.ben.sid)))
    desk.say("OWN-3", "b~2", .connected)
    desk.say("OWN-3", "b~2", .ended)
    #expect(desk.launch("c", .cleo, "Own")?.kind == .noMachine)
    #expect(desk.launch("d", .ben, "Own")?.launch?.machine == "OWN-3")
    desk.pass(.seconds(60))
    desk.replies = [:]
    #expect(desk.launch("e", .cleo, "Own")?.launch?.machine == "OWN-2")
    desk.tell(.configuration(BrokerSite(.small.with { $0.revision = 2 })))
    #expect(desk.logic.assignments.count == 2)
  }

  @Test("The user's zone first, then the least load, then the fewest sessions, then the name") func zonesAndLoad() {
    var desk = Desk()
    desk.register("HOST-1", load: 300)
    desk.register("HOST-2", load: 200)
    desk.register("HOST-W", load: 900)
    var west = UserIdentity.anna
    west.zone = "WEST"
    #expect(desk.launch("l", west, "Hosts")?.launch?.machine == "HOST-W")
    desk.replies = ["HOST-1": .init(accepted: true, load: 300), "HOST-2": .init(accepted: true, load: 300)]
    #expect(desk.launch("m", .ben, "Hosts")?.launch?.machine == "HOST-W", "it said 0 when it prepared")
    desk.say("HOST-W", "x", .ended, load: 900)
    #expect(desk.launch("n", .cleo, "Hosts")?.launch?.machine == "HOST-2")
    #expect(desk.launch("o", .dora, "Hosts")?.launch?.machine == "HOST-1", "300 each, and the other has a session")
  }

  @Test("Launches at once are spread before any machine has answered") func spread() {
    var desk = Desk()
    for machine in ["HOST-1", "HOST-2", "HOST-W"] { desk.register(machine) }
    desk.isHeld = true
    for number in 0..<9 {
      desk.put(.launch(.init(id: "l\(number)", user: .init(sid: "u\(number)", groups: UserIdentity.anna.groups), resource: "Hosts")))
    }
    for machine in ["HOST-1", "HOST-2", "HOST-W"] { #expect(desk.held.count { $0.machine == machine } == 3) }
  }

  @Test("In an outage a pooled machine serves nobody after its user's logoff, unless site and group both allow it") func pooled() {
    for (site, group, isFree) in [(false, false, false), (true, false, false), (false, true, false), (true, true, true)] {
      var desk = Desk(
        .outage, zone: "East",
        .small.with {
          $0.settings = ["ReuseMachinesWithoutShutdownInOutageAllowed": .flag(site)]
          $0.deliveryGroups[0].reuseMachinesWithoutShutdownInOutage = group
        })
      desk.register("POOL-1")
      desk.launch("l", .anna, "Pooled")
      desk.say("POOL-1", "l", .connected)
      desk.say("POOL-1", "l", .ended)
      #expect((desk.launch("m", .ben, "Pooled")?.launch != nil) == isFree, "site \(site), group \(group)")
      #expect(desk.logic.counts.inMaintenance == (isFree ? 0 : 1))
      desk.register("HOST-1")
      desk.launch("n", .anna, "Hosts")
      desk.say("HOST-1", "n", .connected)
      desk.say("HOST-1", "n", .ended)
      #expect(desk.logic.counts.inMaintenance == (isFree ? 0 : 1), "only pooled machines of one session")
    }
  }

  @Test("A used pooled machine that comes back without its session is not clean, however it went") func usedAndGone() {
    for start in [1, 2] {
      var desk = Desk(.outage, zone: "East")
      desk.register("POOL-1", sessions: [.init(id: "s", user: UserIdentity.anna.sid, state: .active)])
      desk.pass(.seconds(600))
      desk.register("POOL-1", start: start)
      #expect(desk.launch("m", .ben, "Pooled")?.kind == .noMachine)
    }
    var desk = Desk(.cloud)
    desk.register("POOL-1", sessions: [.init(id: "s", user: UserIdentity.anna.sid, state: .active)])
    desk.say("POOL-1", "s", .ended)
    #expect(desk.launch("m", .ben, "Pooled")?.launch != nil)
  }

  @Test("A machine with a session that is not known here must register again before anybody else gets it") func unknownSession() {
    var desk = Desk()
    desk.register("POOL-1")
    #expect(desk.say("POOL-1", "s", .ended) == .noted)
    let refusal = desk.say("POOL-1", "s", .connected)?.refusal
    #expect(refusal?.kind == .notRegistered && refusal?.reason == .sessionAuditFailure)
    #expect(desk.launch("l", .ben, "Pooled")?.kind == .noMachine)
    desk.register("POOL-1", sessions: [.init(id: "s", user: UserIdentity.anna.sid, state: .active)])
    #expect(desk.launch("m", .anna, "Pooled")?.launch?.session == "s")
    #expect(desk.say("NOPE", "s", .ended)?.kind == .unknownMachine)
    #expect(desk.say("POOL-2", "s", .ended)?.kind == .notRegistered)
  }

  @Test("A machine that goes while it is asked is replaced by another at once") func goesWhilePreparing() {
    var desk = Desk()
    desk.register("POOL-1")
    desk.register("POOL-2")
    desk.isHeld = true
    let number = desk.put(.launch(.init(id: "l", user: .anna, resource: "Pooled")))
    desk.ask(.deregister(machine: "POOL-1", reason: .powerOff))
    #expect(desk.held.map(\.machine) == ["POOL-1", "POOL-2"])
    desk.tell(.configuration(BrokerSite(.small.with { $0.machines.removeAll { $0.name == "POOL-2" } })))
    #expect(desk.answers[number]?.kind == .noMachine && desk.unanswered == 0)
  }

  @Test("Resources are what is granted, through groups, and enabled") func resources() {
    var desk = Desk(.cloud, .small.with { $0.applications[1].enabled = false })
    #expect(desk.ask(.resources(.anna))?.resources?.map(\.id) == ["Pooled", "Own", "Hosts", "Hosts/Writer"])
    #expect(desk.ask(.resources(.dora))?.resources?.map(\.id) == ["Own", "Hosts", "Hosts/Writer"])
    #expect(desk.ask(.resources(.dora))?.resources?.last == .init(id: "Hosts/Writer", kind: .application, name: "Writer", folder: "Office"))
    #expect(desk.ask(.resources(.nobody))?.resources == [])
    #expect(desk.ask(.resources(.init(sid: "")))?.kind == .badRequest)
    #expect(desk.ask(.farm) == .farm(.init(name: "Forest1", isOutage: false)))
    #expect(BrokerSite.resourceID(group: "a/b%", application: "c") == "a%2Fb%25/c")
  }
}
