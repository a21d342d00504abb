import EventCatalog
import EventLogs
import ScenarioRecordings
import World

/// Events of a lab for tests: what happened when, in seconds.
struct Happened {
  static let start = WallTime(seconds: 1_795_000_000)
  private(set) var log = EventLog()
  private var numbers: [String: UInt64] = [:]

  /// A lab with two connectors that are ready.
  static var lab: Happened {
    var lab = Happened()
    for name in ["c1", "c2"] { lab.starts(name, "b1", at: 0) }
    return lab
  }

  mutating func add(_ connector: String, _ boot: String, at seconds: Double, _ events: Event...) {
    for event in events {
      numbers["\(connector) \(boot)", default: 0] += 1
      log.records.append(
        EventRecord(
          event: event, sequence: numbers["\(connector) \(boot)"] ?? 0, boot: boot, time: Self.start + .milliseconds(Int64(seconds * 1_000)),
          connector: connector, service: nil))
    }
  }

  /// - Parameter after: the boot that it finds was killed.
  mutating func starts(_ name: String, _ boot: String, at seconds: Double, after: String? = nil, of names: [String] = ["c1.lab", "c2.lab"]) {
    add(name, boot, at: seconds, .daemonStarted(version: "1.2.3.4", fqdn: "\(name).lab", directory: "/d"))
    if let after { add(name, boot, at: seconds, .daemonPreviousRunUnclean(previousBoot: after)) }
    add(name, boot, at: seconds + 1, .peersChanged(names), .daemonReady(elapsed: 1_000, services: 7))
  }

  mutating func stops(_ name: String, _ boot: String, at seconds: Double, code: Int = 0) {
    add(name, boot, at: seconds, .daemonStopped(elapsed: 1, exitCode: code))
  }

  mutating func fault(
    _ number: Int, on place: String, _ kind: String, _ value: String? = nil, jitter: String? = nil, at seconds: Double, until: Double,
    lasts: String = "5m", probability: String? = nil
  ) {
    func event(_ definition: EventDefinition, _ reason: String?) -> Event {
      .fault(
        definition, number: number, what: kind, on: place, kind: kind, value: value, jitter: jitter, probability: probability, seed: 7, lasts: lasts,
        reason: reason)
    }
    add("cloud", "k1", at: seconds, event(FaultEvents.began, nil))
    add("cloud", "k1", at: until, event(FaultEvents.ended, "it was cleared"))
  }

  /// An event that was lost.
  mutating func forget(_ definition: EventDefinition) { log.records.removeAll { $0.event.definition.code == definition.code } }

  mutating func decides(_ kind: String, _ subject: String, at seconds: Double, version: String = "1.2.3.5") {
    add(
      "cloud", "k1", at: seconds,
      .rollout(
        RolloutEvents.step, ["kind": kind, "subject": subject, "location": "Lab", "version": version, "token": "1", "reason": "r"]))
  }

  func recorded(since: WallTime? = nil) throws -> Recording { try Recording(RecordingInput(log, since: since, from: "a test")) }
}
