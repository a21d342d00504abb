import EventCatalog
import World

/// One connector's way through a drill, from its events.
struct DrillLane {
  let name: String
  var noticed: WallTime?
  var entered: WallTime?
  var recovered: WallTime?
  var flaps = 0
  var modes: [DrillOutcome.Stretch] = []
  var elected: [DrillOutcome.Stretch] = []

  /// Titles of modes, as events have them (`OutageMode.title`).
  static let normal = "Working Normally"
  static let pending = "Pending HA"
  static let recovery = "Pending Recovery"
  static let extended = "Extended HA"

  init(_ name: String, _ drill: OutageDrill) {
    self.name = name
    var mode: (name: String, from: WallTime)?
    var electedFrom = drill.elected.contains(name) ? drill.began : nil
    var entries = 0
    for record in drill.events where record.connector == name {
      let (values, time) = (record.event.values, record.time)
      switch record.event.definition.code {
      case OutageEvents.modeChanged.code:
        let (before, after) = (values["before"]?.description ?? "", values["mode"]?.description ?? "")
        modes.append(.init(mode: mode?.name ?? before, from: mode?.from ?? drill.began, to: time))
        mode = (after, time)
        guard time >= drill.cut else { continue }
        if after == Self.pending, noticed == nil { noticed = time }
        if before == Self.recovery, after == Self.extended { flaps += 1 }
      case OutageEvents.began.code where time >= drill.cut:
        entries += 1
        if entered == nil { entered = time }
        recovered = nil
      case OutageEvents.ended.code where time >= drill.cut: recovered = time
      case HighAvailabilityEvents.elected.code:
        let isSelf = values["is_self"] == .flag(true)
        if isSelf, electedFrom == nil { electedFrom = time }
        if !isSelf, let from = electedFrom {
          elected.append(.init(mode: "elected", from: from, to: time))
          electedFrom = nil
        }
      default: break
      }
    }
    flaps += max(0, entries - 1)
    modes.append(.init(mode: mode?.name ?? Self.normal, from: mode?.from ?? drill.began, to: drill.ended))
    if let electedFrom { elected.append(.init(mode: "elected", from: electedFrom, to: drill.ended)) }
  }
}

/// What stands in the timeline.
enum DrillLines {
  static func lines(_ drill: OutageDrill) -> [DrillOutcome.Line] {
    func line(_ time: WallTime, _ who: String, _ what: String) -> DrillOutcome.Line {
      .init(time: time, milliseconds: Int((time - drill.cut).nanoseconds / 1_000_000), who: who, what: what)
    }
    var lines = [
      line(drill.cut, "cloud", "no connector reaches it from here on"), line(drill.healed, "cloud", "the way to it is mended"),
    ]
    for record in drill.events where tells(record.event.definition.code) { lines.append(line(record.time, record.connector, record.event.message)) }
    for storm in drill.storms {
      lines.append(line(storm.began, "machines", "the first machine loses its broker: \(storm.cause)"))
      if let first = storm.firstBack { lines.append(line(first, "machines", "the first is registered again")) }
      if let last = storm.lastBack { lines.append(line(last, "machines", "\(storm.back) of \(storm.machines) are registered again")) }
    }
    return lines.enumerated().sorted { ($0.element.time, $0.offset) < ($1.element.time, $1.offset) }.map(\.element)
  }

  private static func tells(_ code: Int) -> Bool {
    let outage = [OutageEvents.modeChanged, OutageEvents.began, OutageEvents.ended, OutageEvents.barred, OutageEvents.forced]
    let others = [HighAvailabilityEvents.elected, LinkEvents.disconnected, LinkEvents.connected, DaemonEvents.started]
    return (outage + others).contains { $0.code == code }
  }
}
