import CloudAPI
import EventCatalog
import Foundation
import Glibc
import Lab
import LiveFaults
import LiveWorld
import OutageDrills
import SiteLoad
import World

/// An outage drill in a lab that runs: cuts every link, gathers what is told, and mends them whatever comes.
struct LiveDrill {
  struct Plan {
    var before: Duration
    var cut: Duration
    var recover: Duration
  }

  let site: RunningSite
  let paths: LabPaths
  let plan: Plan
  let say: (String) -> Void
  private let clock = LiveClock()

  init(site: RunningSite, paths: LabPaths, plan: Plan, say: @escaping (String) -> Void) {
    self.site = site
    self.paths = paths
    self.plan = plan
    self.say = say
  }

  /// Looks every second.
  private static let every = Duration.seconds(1)

  /// Throws `LabError` when the links cannot be cut; nothing is cut then.
  func run() async throws -> (DrillOutcome, isStopped: Bool) {
    let signals = Signals([SIGINT, SIGTERM, SIGHUP])
    let stopped = Latch()
    let listener = Task {
      for await _ in signals.stream { stopped.raise() }
    }
    defer { listener.cancel() }
    let client = SiteClient()
    let desk = try FaultDesk(paths)
    do {
      let outcome = try await rehearse(desk, SiteWatch(site.register, client: client), stopped)
      await client.close()
      await desk.close()
      return (outcome, stopped.isRaised)
    } catch {
      await client.close()
      await desk.close()
      throw error
    }
  }

  private func rehearse(_ desk: FaultDesk, _ watch: SiteWatch, _ stopped: Latch) async throws -> DrillOutcome {
    var gathering = Gathering(site.lab.connectors.map(\.name), paths, watch, say)
    let elected = await LabLook(site.lab).rows().filter(\.elected).map(\.name)
    let began = clock.now().wall
    await look(&gathering, for: plan.before, stopped) { _ in false }
    say("\(clock.now().wall) the cloud is cut for \(words(plan.cut))")
    let faults = try await cut(desk)
    let cutAt = clock.now().wall
    gathering.isCut = true
    await look(&gathering, for: plan.cut, stopped) { _ in false }
    await mend(desk, faults)
    let healed = clock.now().wall
    say("\(healed) the way to the cloud is mended")
    // A machine that was forgotten notices at its next beat; until then it takes itself for registered.
    let beat = Duration.milliseconds(site.site.heartbeatMilliseconds / 2) + .seconds(3)
    await look(&gathering, for: plan.recover, stopped) { $0.isRecovered(since: cutAt, beat: beat) }
    var drill = OutageDrill(
      title: "Outage drill: the cloud cut for \(words(plan.cut))", profile: site.site.outageProfile, connectors: gathering.names, began: began,
      cut: cutAt,
      healed: healed, ended: clock.now().wall, events: gathering.events)
    drill.elected = Set(elected)
    drill.samples = gathering.samples
    drill.storms = gathering.watch.storms(since: cutAt + .seconds(-1))
    drill.brokering = gathering.watch.brokering
    return DrillOutcome(drill)
  }

  private func look(_ gathering: inout Gathering, for time: Duration, _ stopped: Latch, until done: (Gathering) -> Bool) async {
    let end = clock.now().moment + time
    repeat {
      await gathering.look(at: clock.now().wall)
      if done(gathering) || stopped.isRaised { return }
      try? await clock.sleep(until: min(end, clock.now().moment + Self.every))
    } while clock.now().moment < end
  }

  /// All links or none.
  private func cut(_ desk: FaultDesk) async throws -> [Int] {
    var faults: [Int] = []
    do {
      // A little longer than it is to last, so that it is mended everywhere at once; and it ends, whatever becomes of this process.
      let lease = "\(max(1, plan.cut.nanoseconds / 1_000_000_000) + 15)s"
      var ordered: [FaultReport] = []
      for connector in site.lab.connectors {
        let fault = try await desk.add(FaultOrder(on: "link:\(connector.name)", kind: "partition", lasts: lease))
        faults.append(fault.id)
        ordered.append(fault)
      }
      for fault in ordered where try await desk.applied(fault, within: .seconds(10))?.standing != .active {
        throw LabError(.notReady, "the link \(fault.fault.on) could not be cut within 10 s; see connector-lab status and connector-lab fault list")
      }
      return faults
    } catch {
      await mend(desk, faults)
      throw error
    }
  }

  private func mend(_ desk: FaultDesk, _ faults: [Int]) async {
    for fault in faults { _ = try? await desk.clear(fault) }
  }

  private func words(_ duration: Duration) -> String { DrillWords.span(Int(duration.nanoseconds / 1_000_000)) }
}

/// What a drill has gathered so far.
private struct Gathering {
  let names: [String]
  var watch: SiteWatch
  var isCut = false
  private(set) var events: [EventRecord] = []
  private(set) var samples: [OutageDrill.Sample] = []
  private let tails: [EventTail]
  private let say: (String) -> Void

  init(_ names: [String], _ paths: LabPaths, _ watch: SiteWatch, _ say: @escaping (String) -> Void) {
    self.names = names
    self.watch = watch
    self.say = say
    tails = names.map { EventTail(folder: paths.connector($0)) }
  }

  private static let told = Set(
    [OutageEvents.modeChanged, OutageEvents.began, OutageEvents.ended, OutageEvents.barred, HighAvailabilityEvents.elected].map(\.code))

  mutating func look(at now: WallTime) async {
    let sample = await watch.look(at: now)
    if let registered = sample.registered, registered != samples.last?.registered {
      say("\(now) \(registered) of \(sample.machines ?? 0) machines registered")
    }
    samples.append(sample)
    for record in tails.flatMap({ $0.news() }).sorted(by: { $0.time < $1.time }) {
      events.append(record)
      if Self.told.contains(record.event.definition.code) { say("\(record.time) \(record.connector) \(record.event.message)") }
    }
  }

  /// Whoever entered outage mode has left it, every machine has noticed, and is registered.
  func isRecovered(since cut: WallTime, beat: Duration) -> Bool {
    let inOutage = names.contains { name in
      let own = events.filter { $0.connector == name && $0.time >= cut }.map(\.event.definition.code)
      return own.last { $0 == OutageEvents.began.code || $0 == OutageEvents.ended.code } == OutageEvents.began.code
    }
    guard !inOutage, let last = samples.last else { return false }
    let changed = events.last { [OutageEvents.began.code, OutageEvents.ended.code].contains($0.event.definition.code) }?.time
    if last.machines != nil, let changed, last.time - changed < beat { return false }
    return last.registered == last.machines
  }
}
