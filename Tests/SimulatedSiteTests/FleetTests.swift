import Broker
import SimulatedSite
import Testing
import World

@Suite struct FleetTests {
  /// Brokers of a test: those that are open register everybody.
  private struct World {
    var fleet: MachineFleet
    var open: Set<Int>
    var now = Moment(nanoseconds: 0)

    /// Runs until `end`; every question is answered at once.
    mutating func run(until end: Moment) {
      while let due = fleet.nextDue, due <= end {
        now = max(now, due)
        var asks = fleet.due(at: now)
        while let ask = asks.popLast() { asks += fleet.answered(ask.machine, answer(ask), at: now) }
      }
      now = end
    }

    private func answer(_ ask: MachineFleet.Ask) -> BrokerAnswer? {
      guard open.contains(ask.broker) else { return refused(.notElected) }
      if case .register = ask.request { return .registered(heartbeatSeconds: 20) }
      return .noted
    }
  }

  private func world(_ count: Int, open: Set<Int>) -> World {
    let machines = (1...count).map { SiteMachine(name: "VDA-\($0)", dnsName: "vda-\($0).forest1.local", isMultiSession: false) }
    var made = World(
      fleet: MachineFleet(machines, settings: MachineSettings(brokers: 3, callbackBase: "http://127.0.0.1:1"), start: 1, seed: 3), open: open)
    made.fleet.begin(at: made.now)
    return made
  }

  @Test func everybodyRegistersAndAStormIsMeasured() {
    var world = world(1_000, open: [0, 1, 2])
    world.run(until: Moment(nanoseconds: 0) + .seconds(60))
    #expect(world.fleet.standing.registered == 1_000)
    #expect(world.fleet.storms.storms.count == 1)
    let cut = world.now
    world.open = [1]
    world.run(until: cut + .seconds(90))
    #expect(world.fleet.standing.byBroker == [1: 1_000])
    let storm = world.fleet.storms.storms.last
    #expect(world.fleet.storms.storms.count == 2)
    #expect(storm?.isOver == true)
    // Those that were registered with the open one stay; all others lose their broker at their next beat.
    #expect((500...800).contains(storm?.machines ?? 0))
    #expect(storm?.cause == "notElected: no")
    // A beat is at most 20 s away; the last one back has waited for it.
    #expect(((storm?.lastBack ?? cut) - cut) <= .seconds(60))
    #expect(storm?.firstBack ?? cut > cut)
    #expect(world.fleet.tally.losses == storm?.machines)
  }

  @Test func theSameSeedDoesTheSame() {
    var (one, other) = (world(50, open: [2]), world(50, open: [2]))
    one.run(until: Moment(nanoseconds: 0) + .seconds(300))
    other.run(until: Moment(nanoseconds: 0) + .seconds(300))
    #expect(one.fleet.tally == other.fleet.tally && one.fleet.storms.storms == other.fleet.storms.storms)
  }

  @Test func namesAreFoundWhateverTheirCase() {
    var world = world(3, open: [0])
    #expect(world.fleet.place(of: "vda-2") == 1 && world.fleet.place(of: "VDA-2.FOREST1.LOCAL") == 1)
    #expect(world.fleet.prepare(PrepareOrder(machine: "VDA-9", session: "s", user: "u"), at: world.now) == nil)
    #expect(world.fleet.prepare(PrepareOrder(machine: "vda-2", session: "s", user: "u"), at: world.now)?.accepted == true)
    #expect(world.fleet.connect("VDA-2", session: nil, user: "u", at: world.now).known)
    #expect(!world.fleet.connect("VDA-2", session: nil, user: "other", at: world.now).known)
    #expect(world.fleet.tally.strangers == 1)
  }
}

@Suite struct StormMeterTests {
  private func at(_ seconds: Int) -> Moment { Moment(nanoseconds: Int64(seconds) * 1_000_000_000) }

  @Test func whoLosesItsBrokerTwiceInAStormIsOneMachine() {
    var meter = StormMeter()
    meter.lost(1, cause: "a", at: at(0))
    meter.lost(2, cause: "a", at: at(1))
    meter.registered(1, at: at(2))
    meter.lost(1, cause: "b", at: at(3))
    #expect(meter.storms.map(\.machines) == [2] && meter.storms.map(\.back) == [0])
    meter.registered(1, at: at(4))
    meter.registered(2, at: at(5))
    #expect(meter.storms.map(\.back) == [2] && meter.storms.first?.isOver == true && meter.storms.first?.lastBack == at(5))
  }

  @Test func lossesThatFollowSoonAreOneStorm() {
    var meter = StormMeter()
    meter.lost(1, cause: "a", at: at(0))
    meter.lost(2, cause: "b", at: at(3))
    meter.registered(1, at: at(4))
    meter.registered(2, at: at(20))
    meter.lost(3, cause: "c", at: at(25))
    meter.registered(3, at: at(30))
    #expect(meter.storms.map(\.machines) == [3])
    #expect(meter.storms.map(\.isOver) == [true])
    #expect(meter.storms.first?.firstBack == at(4) && meter.storms.first?.lastBack == at(30) && meter.storms.first?.cause == "a")
    meter.lost(1, cause: "d", at: at(60))
    #expect(meter.storms.count == 2 && meter.storms.last?.isOver == false)
    // One that was never lost is no part of it.
    meter.registered(9, at: at(61))
    #expect(meter.storms.last?.back == 0)
  }
}
