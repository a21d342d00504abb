import EventCatalog
import Fleet
import Rollouts
import ScenarioRecordings
import Scenarios
import ScenariosYAML
import Simulation
import Testing
import World

/// What becomes of what happened. All times in scenarios are five minutes later: its connectors start first.
@Suite struct RecordingTests {
  private static let lead: Double = 300

  private static func fault(_ kind: FaultKind, _ target: FaultTarget, _ from: Double, _ until: Double) -> Fault {
    Fault(
      kind, target, begins: .milliseconds(Int64((lead + from) * 1_000)), lasts: .milliseconds(Int64(((until - from) * 1_000).rounded())))
  }

  @Test func `A lab in which nothing goes wrong is its connectors, and they are ready`() throws {
    let recording = try Happened.lab.recorded()
    #expect(recording.file.base.places.map(\.connectors) == [2])
    #expect(recording.file.base.first == ReleaseVersion(1, 2, 3, 4))
    #expect(recording.file.base.faults.isEmpty && recording.file.base.starts == Happened.start + .seconds(-300))
    #expect(recording.notes == ["c1 is c1.lab", "c2 is c2.lab"])
    #expect(recording.file.expect.trace.map(\.pattern.node) == [["c1"], ["c2"]])
  }

  @Test func `Connectors that do not know each other are locations of their own`() throws {
    var lab = Happened()
    for name in ["c1", "c2"] { lab.starts(name, "b1", at: 0, of: ["\(name).lab"]) }
    #expect(try lab.recorded().file.base.places.map(\.connectors) == [1, 1])
  }

  /// A kind of fault that was ordered, and what it is in the simulation.
  struct Laid: Sendable {
    var on: String
    var kind: String
    var value: String?
    var jitter: String?
    var becomes: FaultKind?
    var target = FaultTarget.link(1)
  }
  static let laid = [
    Laid(on: "link:c2", kind: "latency", value: "300ms", jitter: "50ms", becomes: .latency(.uniform(.milliseconds(250), .milliseconds(350)))),
    Laid(on: "link:c2.lab", kind: "latency", value: "300ms", becomes: .latency(.fixed(.milliseconds(300)))),
    Laid(on: "link:c2", kind: "loss", value: "20%", becomes: .loss(200_000)), Laid(on: "link:c2", kind: "partition", becomes: .partition),
    Laid(on: "link:c2", kind: "partition", value: "up", becomes: .partitionOneWay(.up)),
    Laid(on: "link:c2", kind: "slow-link", value: "64KiB/s", becomes: .slowLink(65_536)),
    Laid(on: "connector:c2", kind: "hang", becomes: .hang, target: .machine(1)),
    Laid(on: "connector:c2", kind: "disk-full", becomes: .diskFull, target: .machine(1)), Laid(on: "link:c2", kind: "reset"),
    Laid(on: "link:c2", kind: "slow-close", value: "5s"), Laid(on: "service:c2/logger", kind: "crash"), Laid(on: "link:c9", kind: "partition"),
    Laid(on: "nowhere", kind: "partition"),
  ]
  @Test(arguments: laid) func `A fault that was ordered is laid on again, or is said to be left out`(_ row: Laid) throws {
    var lab = Happened.lab
    lab.fault(1, on: row.on, row.kind, row.value, jitter: row.jitter, at: 10, until: 40)
    let recording = try lab.recorded()
    #expect(recording.file.base.faults == row.becomes.map { [Self.fault($0, row.target, 10, 40)] } ?? [])
    let isTold = recording.notes.contains { $0.contains(row.kind) && $0.contains("left out") }
    #expect(isTold == (row.becomes == nil), "\(recording.notes)")
  }

  // MARK: Connectors that end

  @Test func `A connector that was killed crashes, a second before it starts again`() throws {
    var lab = Happened.lab
    lab.starts("c1", "b2", at: 62, after: "b1")
    let recording = try lab.recorded()
    #expect(recording.file.base.faults == [Self.fault(.crash, .machine(0), 61, 62)])
    let back = recording.file.expect.trace.first
    #expect(back?.pattern == LinePattern(node: ["c1"], what: ["ready"]) && back?.from == .seconds(361))
  }

  @Test func `Its cloud knows better since when it was away, and long away is a machine without power`() throws {
    var lab = Happened.lab
    lab.add("cloud", "k1", at: 40, .cloudLeaseExpired(customer: "a", connector: "i", fqdn: "c1.lab", reason: "r"))
    var long = lab
    lab.starts("c1", "b2", at: 62, after: "b1")
    #expect(try lab.recorded().file.base.faults == [Self.fault(.crash, .machine(0), 40, 62)])
    long.starts("c1", "b2", at: 400, after: "b1")
    #expect(try long.recorded().file.base.faults == [Self.fault(.powerCut, .machine(0), 40, 400)])
  }

  @Test func `One that was ordered to crash crashes once, and one that is updated is not killed besides`() throws {
    var lab = Happened.lab
    lab.fault(1, on: "connector:c1", "crash", at: 60, until: 60)
    lab.starts("c1", "b2", at: 62, after: "b1")
    #expect(try lab.recorded().file.base.faults == [Self.fault(.crash, .machine(0), 60, 61)])

    var updated = Happened.lab
    updated.decides("leaseGranted", "c1.lab", at: 50)
    updated.starts("c1", "b2", at: 62, after: "b1")
    updated.decides("leaseReleased", "c1.lab", at: 90)
    let recording = try updated.recorded()
    #expect(recording.file.base.faults.isEmpty && recording.notes.contains { $0.contains("belongs to the update") })
  }

  @Test func `A restart in order is replayed as a kill, and that is said`() throws {
    var lab = Happened.lab
    lab.stops("c2", "b1", at: 30, code: 75)
    lab.starts("c2", "b2", at: 32)
    let recording = try lab.recorded()
    #expect(recording.file.base.faults == [Self.fault(.crash, .machine(1), 30, 32)])
    #expect(recording.notes.contains { $0.contains("exit code 75") })
  }

  @Test func `What was before is left out`() throws {
    var lab = Happened.lab
    lab.fault(1, on: "link:c1", "partition", at: 10, until: 20)
    lab.starts("c1", "b2", at: 62, after: "b1")
    lab.add("c2", "b1", at: 70, .daemonReadyAgain(elapsed: 1))
    let recording = try lab.recorded(since: Happened.start + .seconds(60))
    #expect(recording.file.base.faults.isEmpty && recording.file.base.starts == Happened.start + .seconds(62 - 300))
  }

  // MARK: The cloud, connections, disks

  @Test func `A cloud that ended and came back was out, and what the connectors lost by that is no fault of its own`() throws {
    var lab = Happened.lab
    lab.add("cloud", "k1", at: 2, .cloudContactAgain(customer: "a", connector: "i", fqdn: "c1.lab", after: 1))
    // Nobody said that this fault is over: it went with its cloud.
    lab.fault(1, on: "link:c1", "partition", at: 10, until: 400)
    lab.forget(FaultEvents.ended)
    for name in ["c1", "c2"] { lab.add(name, "b1", at: 20, .linkDisconnected(cloud: "c", kind: "closed", reason: "r")) }
    for name in ["c1", "c2"] { lab.add(name, "b1", at: 50, .linkConnected(cloud: "c", elapsed: 1)) }
    lab.add("cloud", "k2", at: 52, .cloudContactAgain(customer: "a", connector: "i", fqdn: "c1.lab", after: 1))
    let recording = try lab.recorded()
    #expect(recording.file.base.faults == [Self.fault(.partition, .link(0), 10, 52), Self.fault(.outage, .cloud, 20, 50)])
    #expect(recording.file.expect.trace.last?.kind == .leadsTo)
  }

  @Test func `A link, a peer and a disk that were lost for no reason that is known are faults`() throws {
    var lab = Happened.lab
    lab.add("c1", "b1", at: 20, .linkDisconnected(cloud: "c", kind: "timeout", reason: "r"))
    lab.add("c1", "b1", at: 50, .linkConnected(cloud: "c", elapsed: 1))
    lab.add("c2", "b1", at: 103, .peerLost("c1.lab", silence: 3_000, reason: "r"))
    lab.add("c2", "b1", at: 120, .peerJoined("c1.lab"))
    lab.add("c2", "b1", at: 200, .stateDiskFull(path: "/p"))
    lab.add("c2", "b1", at: 230, .stateDiskHasSpace(path: "/p", elapsed: 30_000))
    #expect(
      try lab.recorded().file.base.faults == [
        Self.fault(.partition, .link(0), 20, 50), Self.fault(.partition, .peer(0, 1), 100, 120), Self.fault(.diskFull, .machine(1), 200, 230),
      ])
  }

  // MARK: Updates

  @Test func `Releases and orders are replayed, and what was committed is expected`() throws {
    var lab = Happened.lab
    lab.decides("published", "the rollout", at: 10)
    lab.decides("ordered", "c2.lab", at: 15)
    for name in ["c1.lab", "c2.lab"] {
      lab.decides("leaseGranted", name, at: 20)
      lab.decides("committed", name, at: 60)
      lab.decides("leaseReleased", name, at: 61)
    }
    lab.decides("paused", "the rollout", at: 70)
    let recording = try lab.recorded()
    #expect(recording.file.base.releases.map(\.offer.version) == [ReleaseVersion(1, 2, 3, 5)])
    #expect(recording.file.base.releases.first?.behaviour == .healthy && recording.file.base.releases.first?.at == .seconds(310))
    #expect(recording.file.base.actions.map(\.act) == [.order(.now("c2")), .order(.pause)])
    #expect(recording.file.expect.trace.suffix(2).map(\.pattern.subject) == [["c1"], ["c2"]])

    lab.decides("rolledBack", "c1.lab", at: 80)
    let bad = try #require(lab.recorded().file.base.releases.first)
    #expect(bad.behaviour == .crashes && bad.affected == 500_000)
  }

  @Test func `Without a connector there is nothing to record`() {
    #expect(throws: RecordingProblem.self) { try Happened().recorded() }
    var cloud = Happened()
    cloud.fault(1, on: "link:c1", "partition", at: 10, until: 20)
    #expect(throws: RecordingProblem.self) { try cloud.recorded() }
  }

  // MARK: What is written runs

  @Test func `What is recorded reads back as the same scenario, and comes out as it was seen`() throws {
    var lab = Happened.lab
    lab.add("c1", "b1", at: 3, .connectorElected("c1.lab", before: nil, isSelf: true, reason: "r", candidates: []))
    lab.fault(1, on: "link:c2", "latency", "300ms", jitter: "50ms", at: 10, until: 40)
    lab.starts("c1", "b2", at: 62, after: "b1")
    lab.decides("published", "the rollout", at: 100)
    lab.decides("committed", "c1.lab", at: 160)
    let recording = try lab.recorded()
    let file = try ScenariosYAML.read(recording.text, file: "recorded.yaml")
    #expect(file == recording.file)
    let outcome = ScenarioRun.play(file, seed: 1, file.runs[0], sink: { _ in })
    #expect(outcome.isAsExpected && outcome.problems.isEmpty, "\(outcome.problems) \(outcome.expectations.map(\.text))")
    #expect(outcome.verdict.counts["published"] == 1)
  }
}
