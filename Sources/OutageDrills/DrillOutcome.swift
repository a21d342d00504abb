import EventCatalog
package import SimulatedSite
package import World

/// What a drill has shown. Stable as JSON; durations are milliseconds since the cut of the cloud unless they say otherwise.
package struct DrillOutcome: Hashable, Codable, Sendable {
  /// A stretch of time in which a connector was in one mode.
  package struct Stretch: Hashable, Codable, Sendable {
    package var mode: String
    package var from: WallTime
    package var to: WallTime
  }

  package struct Connector: Hashable, Codable, Sendable {
    package var name: String
    /// When it began to doubt: Pending HA. Nil: never.
    package var noticedMilliseconds: Int?
    /// When it entered outage mode.
    package var enteredMilliseconds: Int?
    /// When the cloud brokered again, since the way to it was mended.
    package var recoveredMilliseconds: Int?
    /// Times that it entered outage mode, beyond the first, and recoveries that failed.
    package var flaps: Int
    package var modes: [Stretch]
    /// When it was the elected one.
    package var elected: [Stretch]
  }

  package struct Line: Hashable, Codable, Sendable {
    package var time: WallTime
    /// Since the cut.
    package var milliseconds: Int
    /// `cloud`, `machines` or a connector's name.
    package var who: String
    package var what: String
  }

  package struct Storm: Hashable, Codable, Sendable {
    package var beganMilliseconds: Int
    package var machines: Int
    package var back: Int
    package var firstBackMilliseconds: Int?
    package var lastBackMilliseconds: Int?
    package var cause: String
  }

  package var title: String
  package var profile: String
  package var began: WallTime
  package var cut: WallTime
  package var healed: WallTime
  package var ended: WallTime
  package var connectors: [Connector]
  package var storms: [Storm]
  package var brokering: BrokeringTally?
  package var timeline: [Line]
  package var samples: [OutageDrill.Sample]
  /// The first connector that noticed, and the last that entered outage mode.
  package var noticedMilliseconds: Int?
  package var enteredMilliseconds: Int?
  /// Until the cloud brokered again everywhere, since the way to it was mended.
  package var recoveredMilliseconds: Int?
  /// Until every machine was registered again, since the way was mended.
  package var machinesBackMilliseconds: Int?
  package var flaps: Int
  package var checks: [DrillCheck]

  package var isGood: Bool { checks.allSatisfy { $0.problem == nil } }

  package init(_ drill: OutageDrill) {
    title = drill.title
    profile = drill.profile
    (began, cut, healed, ended) = (drill.began, drill.cut, drill.healed, drill.ended)
    func since(_ origin: WallTime, _ time: WallTime?) -> Int? { time.map { Int(($0 - origin).nanoseconds / 1_000_000) } }
    let found = drill.connectors.map { DrillLane($0, drill) }
    connectors = found.map { lane in
      Connector(
        name: lane.name, noticedMilliseconds: since(drill.cut, lane.noticed), enteredMilliseconds: since(drill.cut, lane.entered),
        recoveredMilliseconds: since(drill.healed, lane.recovered), flaps: lane.flaps, modes: lane.modes, elected: lane.elected)
    }
    storms = drill.storms.map {
      Storm(
        beganMilliseconds: since(drill.cut, $0.began) ?? 0, machines: $0.machines, back: $0.back,
        firstBackMilliseconds: since(drill.cut, $0.firstBack), lastBackMilliseconds: since(drill.cut, $0.lastBack), cause: $0.cause)
    }
    brokering = drill.brokering
    samples = drill.samples
    noticedMilliseconds = connectors.compactMap(\.noticedMilliseconds).min()
    enteredMilliseconds = connectors.compactMap(\.enteredMilliseconds).max()
    let recovered = connectors.filter { $0.enteredMilliseconds != nil }.map(\.recoveredMilliseconds)
    recoveredMilliseconds = recovered.isEmpty || recovered.contains(nil) ? nil : recovered.compactMap(\.self).max()
    let isBack = drill.samples.last.map { $0.machines == nil || $0.registered == $0.machines } ?? true
    machinesBackMilliseconds = isBack ? since(drill.healed, drill.storms.compactMap(\.lastBack).filter { $0 >= drill.healed }.max()) : nil
    flaps = connectors.map(\.flaps).reduce(0, +)
    timeline = DrillLines.lines(drill)
    checks = []
    checks = DrillCheck.all(self)
  }
}
