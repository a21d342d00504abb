package import World

/// A rollout over an assumed fleet: one release, published at a moment to connectors that are all healthy and do as assumed.
package struct PlanScenario: Hashable, Codable, Sendable {
  package struct Place: Hashable, Codable, Sendable {
    package var name: String
    package var connectors: [String]

    package init(name: String, connectors: [String]) {
      self.name = name
      self.connectors = connectors
    }
  }
  /// Names of locations, and of connectors over all of them, must differ.
  package var places: [Place]
  package var schedule = UpdateSchedule()
  /// When the release is published.
  package var available: WallTime
  /// How far to look, from then on.
  package var length = Duration.seconds(30 * 86_400)
  package var from: ReleaseVersion
  package var to: ReleaseVersion
  package var rings = RingDefinition.standard
  package var canaries = 3
  /// Each location asked for its one delay by two weeks.
  package var delayed = false
  package var compatibility = Compatibility.ours

  package init(places: [Place], available: WallTime, from: ReleaseVersion, to: ReleaseVersion) {
    self.places = places
    self.available = available
    self.from = from
    self.to = to
  }

  /// So many connectors in each of so many locations, numbered through: `c1`, `c2`, …
  package static func places(_ name: String, locations: Int, connectors: Int) -> [Place] {
    (0..<locations).map { place in
      Place(
        name: locations == 1 ? name : "\(name)-\(place + 1)", connectors: (0..<connectors).map { "c\(place * connectors + $0 + 1)" })
    }
  }

  /// The coordinator with this fleet, the release just published, and who goes first.
  private func coordinator() -> (logic: RolloutLogic, canaries: Set<String>) {
    var settings = RolloutSettings()
    settings.compatibility = compatibility
    var logic = RolloutLogic(settings: settings)
    func tell(_ event: RolloutEvent) { _ = logic.handle(event, at: available) }
    for place in places {
      tell(.location(place.name, schedule, .byBucket))
      for connector in place.connectors {
        tell(.connector(connector, location: place.name, from))
        tell(.health(connector, .healthy))
      }
      if delayed { tell(.order(.delay(place.name))) }
    }
    var published = logic
    let directives = published.handle(.publish(ReleaseOffer(to, rings: rings, canaries: canaries)), at: available)
    let chosen = directives.compactMap { directive -> String? in
      guard case .decided(let decision) = directive, decision.kind == .canaryChosen else { return nil }
      return decision.connector
    }
    return (logic, Set(chosen))
  }

  /// What is wrong with it, in one sentence; nil when it can be rolled out.
  package var problem: String? {
    if to <= from { return "release \(to) is not newer than \(from), which the connectors run" }
    return ReleaseOffer(to, rings: rings, canaries: canaries).problem
  }

  /// Runs the coordinator ahead.
  package func planned() -> PlannedRollout {
    let (logic, canaries) = coordinator()
    let plan = logic.plan(from: available, for: length, publishing: ReleaseOffer(to, rings: rings, canaries: self.canaries))
    let order = Dictionary(places.flatMap(\.connectors).enumerated().map { ($1, $0) }) { first, _ in first }
    let updates = plan.updates.map { update in
      PlannedRollout.Update(
        location: update.location, connector: update.connector, from: from, to: update.version,
        ring: update.ring.flatMap { rings.indices.contains($0) ? rings[$0].name : nil }, canary: canaries.contains(update.connector),
        rule: update.rule, offered: update.offered, starts: update.starts, startsLocal: schedule.zone.text(update.starts), ends: update.ends,
        outcome: update.outcome)
    }
    let left = plan.left.sorted { order[$0.key, default: 0] < order[$1.key, default: 0] }
    return PlannedRollout(
      available: available, until: available + length, schedule: schedule.rule.text, zone: schedule.zone.name, updates: updates,
      left: left.map { .init(connector: $0.key, phase: $0.value) },
      rollout: plan.rollout.map { .init(time: $0.time, kind: $0.kind, reason: $0.reason) })
  }
}
