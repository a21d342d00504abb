import RolloutCheckers
import Rollouts
import Testing
import World

/// What is missing counts as 0: `version("2.1")` is 2.1.0.0.
func version(_ text: String) -> ReleaseVersion {
  let parts = text.split(separator: ".").map(String.init)
  return ReleaseVersion((parts + Array(repeating: "0", count: 4 - parts.count)).joined(separator: "."))!
}
func at(_ text: String) -> WallTime { WallTime(iso8601: text.count == 16 ? text + ":00Z" : text) ?? WallTime(seconds: 0) }
func time(_ text: String) -> TimeOfDay { TimeOfDay(text)! }
func zone(_ name: String) -> Zone { Zone(name)! }
func hours(_ n: Int) -> Duration { .seconds(n * 3_600) }
func days(_ n: Int) -> Duration { .seconds(n * 86_400) }
func minutes(_ n: Int) -> Duration { .seconds(n * 60) }

/// How a connector of the fixture behaves under a lease.
enum Behaviour {
  case good
  /// Reports a failure in its trial, and goes back when told to.
  case fails
  /// Reports a failure, and then nothing.
  case failsAndVanishes
  case vanishesAt(UpdateReport)
}

/// A fleet of connectors with one behaviour each, before a checked coordinator; time passes when it is told to.
struct Fleet {
  var rollout: CheckedRollout
  var now: WallTime
  var behaviours: [String: Behaviour] = [:]
  var drain = minutes(2)
  var install = minutes(4)
  var trial = minutes(11)
  var rollback = minutes(2)
  var restart = minutes(5)
  /// A drain of its own length.
  var drains: [String: Duration] = [:]
  private var answers: [(at: WallTime, connector: String, token: UInt64, report: UpdateReport)] = []
  var decisions: [RolloutDecision] = []
  private(set) var directives: [RolloutDirective] = []

  init(_ settings: RolloutSettings = .quick, at now: WallTime = WallTime(iso8601: "2026-06-01T00:00:00Z")!) {
    rollout = CheckedRollout(RolloutLogic(settings: settings))
    self.now = now
  }

  var logic: RolloutLogic { rollout.logic }
  var violations: [Violation] { rollout.checks.violations }
  func phase(_ id: String) -> ConnectorPhase? { logic.connectors[id]?.phase }
  func running(_ id: String) -> ReleaseVersion? { logic.connectors[id]?.version }
  func decided(_ kind: RolloutDecision.Kind, _ id: String? = nil) -> [RolloutDecision] {
    decisions.filter { $0.kind == kind && (id == nil || $0.connector == id) }
  }

  /// Adds a location `name` with healthy connectors `name-1`….
  mutating func add(
    _ name: String, _ count: Int, _ schedule: UpdateSchedule = UpdateSchedule(), _ assignment: RingAssignment = .byBucket, on text: String = "1.0"
  ) {
    tell(.location(name, schedule, assignment))
    for number in 1...count {
      tell(.connector("\(name)-\(number)", location: name, version(text)))
      tell(.health("\(name)-\(number)", .healthy))
    }
  }

  mutating func tell(_ event: RolloutEvent) {
    let directives = rollout.handle(event, at: now)
    self.directives += directives
    for directive in directives { perform(directive) }
  }

  mutating func run(for length: Duration) { run(until: now + length) }

  mutating func run(until end: WallTime) {
    while let next = [logic.nextDue, answers.first?.at].compactMap({ $0 }).min(), next <= end {
      now = max(now, next)
      if let due = logic.nextDue, due <= now {
        tell(.tick)
      } else if !answers.isEmpty {
        let answer = answers.removeFirst()
        tell(.report(answer.connector, token: answer.token, answer.report))
      }
    }
    now = end
  }

  private mutating func perform(_ directive: RolloutDirective) {
    switch directive {
    case .enterMaintenance(let id, let lease): answer(id, lease.token, .drained, in: drains[id] ?? drain)
    case .install(let id, let hop, let lease):
      answer(id, lease.token, .trialBegan, in: install)
      switch behaviours[id] ?? .good {
      case .fails, .failsAndVanishes: answer(id, lease.token, .failed("its trial went wrong"), in: install + trial)
      default: answer(id, lease.token, .committed(hop), in: install + trial)
      }
    case .rollBack(let id, let lease):
      if case .failsAndVanishes = behaviours[id] { return }
      answer(id, lease.token, .rolledBack(""), in: rollback)
    case .restartMachine(let id, let lease): answer(id, lease.token, .restarted, in: restart)
    case .leaveMaintenance: break
    case .decided(let decision): decisions.append(decision)
    }
  }

  private mutating func answer(_ id: String, _ token: UInt64, _ report: UpdateReport, in length: Duration) {
    if case .vanishesAt(let from) = behaviours[id] {
      let order: [UpdateReport] = [.drained, .trialBegan]
      let mine = order.firstIndex(of: report) ?? 2
      if mine >= order.firstIndex(of: from) ?? 2 { return }
    }
    let index = answers.firstIndex { $0.at > now + length } ?? answers.endIndex
    answers.insert((now + length, id, token, report), at: index)
  }
}

extension RolloutSettings {
  /// Without splay, and with rings that need no evidence: for tests of something else.
  static var quick: RolloutSettings {
    var settings = RolloutSettings()
    settings.splay = .zero
    settings.minimumUpdated = 0
    return settings
  }
}

extension ReleaseOffer {
  /// One ring for all, no canaries.
  static func plain(_ text: String, floors: [String] = [], failureLimit: Int = 100, emergency: Bool = false) -> ReleaseOffer {
    ReleaseOffer(
      RolloutsTests.version(text), floors: floors.map { RolloutsTests.version($0) },
      rings: [RingDefinition("all", upTo: 10_000, bake: hours(1), failureLimit: failureLimit)], canaries: 0,
      emergency: emergency)
  }
}
