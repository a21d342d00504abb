import EventCatalog
import EventLogs
import World

/// The events that are recorded: those of one time that the connectors ran, each connector with its runs.
struct RecordedSession {
  /// One process of a connector.
  struct Run {
    var records: [EventRecord]
    var first: WallTime { records.first?.time ?? WallTime(seconds: 0) }
    var last: WallTime { records.last?.time ?? WallTime(seconds: 0) }
    /// It said at its end that it stops; nil: it did not get to that, or runs still.
    var exitCode: Int? {
      guard let end = records.last(where: { $0.event.definition.code == DaemonEvents.stopped.code }) else { return nil }
      return Int(end.event.text("exit_code"))
    }
    /// It found that the run before it was killed, crashed or lost power.
    var followsUnclean: Bool { records.contains { $0.event.definition.code == DaemonEvents.previousRunUnclean.code } }
  }
  struct Member {
    /// As events call it, and its fully qualified name where that is known.
    var name: String
    var fqdn: String
    var location: String
    var runs: [Run]
    /// Its number in the scenario.
    var number: Int
  }
  private(set) var members: [Member] = []
  private(set) var cloud: [Run] = []
  private(set) var begins: WallTime
  private(set) var ends: WallTime

  init(_ input: RecordingInput) throws(RecordingProblem) {
    var trails = EventTrail.trails(of: input.log)
    // Only a cloud's log has the decisions and the faults; a connector may be called as it likes.
    let clouds = Set(trails.filter { $0.records.contains { Self.isOfCloud($0.event.definition.provider) } }.map(\.connector))
    let locations = LiveLocations(trails)
    trails.removeAll { $0.records.isEmpty }
    func runs(_ trail: EventTrail) -> [Run] {
      var runs: [Run] = []
      for record in trail.records where input.since.map({ record.time >= $0 }) ?? true {
        if runs.last?.records.last?.boot == record.boot { runs[runs.count - 1].records.append(record) } else { runs.append(Run(records: [record])) }
      }
      return runs
    }
    var found: [Member] = []
    for trail in trails {
      let runs = runs(trail)
      guard !runs.isEmpty else { continue }
      if clouds.contains(trail.connector) {
        cloud += runs
        continue
      }
      let fqdn = locations.names[trail.connector] ?? trail.connector
      found.append(Member(name: trail.connector, fqdn: fqdn, location: locations.locations[fqdn] ?? fqdn, runs: runs, number: 0))
    }
    guard !found.isEmpty else {
      throw RecordingProblem(
        description: input.log.records.isEmpty
          ? "there are no events in \(input.from)" : "no connector's events are in \(input.from)\(input.since == nil ? "" : " since then")")
    }
    // Numbers go by location and name, as the simulation elects by number.
    found.sort { ($0.location, $0.fqdn) < ($1.location, $1.fqdn) }
    for index in found.indices { found[index].number = index }
    let all = (found.flatMap(\.runs) + cloud).flatMap(\.records).map(\.time)
    (members, begins, ends) = (found, all.min() ?? WallTime(seconds: 0), all.max() ?? WallTime(seconds: 0))
  }

  static func isOfCloud(_ provider: EventProvider) -> Bool { provider == .cloud || provider == .rollout || provider == .testbed }

  var records: [EventRecord] { (members.flatMap(\.runs) + cloud).flatMap(\.records).sorted { ($0.time, $0.sequence) < ($1.time, $1.sequence) } }

  /// By the name that events and orders use: the short one or the fully qualified one.
  func member(_ name: String) -> Member? { members.first { $0.name == name || $0.fqdn == name } }
}
