import EventCatalog
import EventLogs
import Fleet
import Rollouts
import Scenarios
import Simulation
import World

extension Recording {
  /// Before the first event: the simulation's connectors start within it.
  static let lead = Duration.seconds(300)
  /// After the last one: everything that is expected has come by then.
  static let tail = Duration.seconds(900)
  static let updateTail = Duration.seconds(4 * 3600)

  /// Turns events into a scenario that replays them in virtual time. Throws when there is nothing to make one of.
  package init(_ input: RecordingInput) throws(RecordingProblem) {
    let session = try RecordedSession(input)
    let updates = RecordedUpdates(session)
    let laid = LaidFaults(session)
    let ends = RecordedEnds(session, laid: laid.faults, flights: updates)
    let outages = RecordedOutages(session)
    let known = laid.faults + ends.faults + outages.faults
    let losses = RecordedLosses(session, known: known)
    let origin = WallTime(microseconds: (session.begins.microseconds / 1_000_000) * 1_000_000) + (.zero - Self.lead)
    func since(_ time: WallTime) -> Duration { .milliseconds((time - origin).nanoseconds / 1_000_000) }

    let tail = updates.releases.isEmpty ? Self.tail : Self.updateTail
    var scenario = Scenario(
      seed: 1, starts: origin, length: .seconds(since(session.ends).components.seconds) + tail, places: Self.places(session),
      first: Self.first(session))
    scenario.isElecting = session.records.contains { $0.event.definition.code == HighAvailabilityEvents.elected.code }
    scenario.faults = (known + losses.faults).sorted { $0.begins < $1.begins }
      .map { Fault($0.kind, $0.target, begins: since($0.begins), lasts: since(min($0.ends, session.ends + .seconds(60))) - since($0.begins)) }
    for release in updates.releases where release.plan.offer.version != scenario.first {
      var plan = release.plan
      plan.at = since(release.at)
      scenario.releases.append(plan)
    }
    scenario.actions = updates.actions.map { OperatorAction($0.act, at: since($0.at)) }
    if !scenario.releases.isEmpty { scenario.settings.splay = .seconds(60) }
    if let problem = scenario.problem { throw RecordingProblem(description: "the events of \(input.from) make no scenario: \(problem)") }

    let stamp = session.begins.iso8601(fraction: 0).filter { $0.isNumber || $0 == "T" }
    file = ScenarioFile(name: "recorded-\(stamp)", title: "What happened from \(session.begins.iso8601(fraction: 0)) on", scenario)
    file.whatHappened = Self.story(scenario, session)
    file.why = "Recorded from \(input.from). It replays what the events tell; the seed draws what they do not."
    file.expect = RecordedExpectations.of(scenario, session, updates)
    notes = session.members.map { "c\($0.number + 1) is \($0.fqdn)" } + laid.notes + ends.notes + losses.notes + updates.notes
    if !scenario.releases.isEmpty { notes.append("trials take as long as by default here, whatever they were set to") }
  }

  private static func places(_ session: RecordedSession) -> [Scenario.Place] {
    var places: [Scenario.Place] = []
    var last: String?
    for member in session.members {
      if member.location != last { places.append(Scenario.Place(UpdateSchedule(), .byBucket, connectors: 0)) }
      places[places.count - 1].connectors += 1
      last = member.location
    }
    return places
  }

  /// What they ran at first.
  private static func first(_ session: RecordedSession) -> ReleaseVersion {
    let started = session.records.first { $0.event.definition.code == DaemonEvents.started.code }
    return started.flatMap { ReleaseVersion($0.event.text("version")) } ?? ReleaseVersion(1, 0, 0, 0)
  }

  private static func story(_ scenario: Scenario, _ session: RecordedSession) -> String {
    func count(_ number: Int, _ word: String) -> String { "\(number) \(word)\(number == 1 ? "" : "s")" }
    let parts = [
      count(scenario.connectors, "connector"), count(scenario.faults.count, "fault"), count(scenario.releases.count, "release"),
      count(scenario.actions.count, "order") + " of operators",
    ]
    return "\(parts.joined(separator: ", ")), until \(session.ends.iso8601(fraction: 0))."
  }
}

/// What was seen, as what is expected again.
enum RecordedExpectations {
  static func of(_ scenario: Scenario, _ session: RecordedSession, _ updates: RecordedUpdates) -> Expectations {
    var expect = Expectations()
    for member in session.members {
      let name = "c\(member.number + 1)"
      let ends = scenario.faults.filter { $0.target == .machine(member.number) && [.crash, .powerCut].contains($0.kind) }
      var ready = TraceExpectation(.eventually, LinePattern(node: [name], what: ["ready"]), why: "it was ready")
      if let last = ends.map(\.begins).max() {
        ready.from = last
        ready.why = ends.count == 1 ? "it came back after it had ended" : "it came back after it had ended the last time"
      }
      guard member.runs.contains(where: { $0.records.contains { $0.event.definition.code == DaemonEvents.ready.code } }) else { continue }
      expect.trace.append(ready)
    }
    for (number, plan) in scenario.releases.enumerated() where plan.behaviour == .healthy {
      let isLast = number == scenario.releases.count - 1
      for one in Set(updates.committed.filter { $0.version == plan.offer.version }.map(\.number)).sorted() where isLast {
        expect.trace.append(
          TraceExpectation(
            .eventually, LinePattern(node: ["cloud"], what: ["committed"], subject: ["c\(one + 1)"]), why: "it took \(plan.offer.version)"))
      }
    }
    if scenario.faults.contains(where: { $0.kind == .outage }) {
      expect.trace.append(
        TraceExpectation(
          .leadsTo, LinePattern(node: ["cloud"], what: ["up"]), when: LinePattern(node: ["cloud"], what: ["down"]), why: "the cloud came back"))
    }
    return expect
  }
}
