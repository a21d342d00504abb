package import Fleet
import Rollouts
package import Simulation
import World

/// Listens to a run and makes a page of it: one HTML file that needs nothing else. What is kept is what changes, not what happens: runs of states for each
/// connector, versions, faults, elections, violations, and as many lines of the trace as fit.
package final class ReportBuilder {
  /// More runs of states than this are thinned: the shortest ones go.
  static let mostRuns = 200_000

  struct LaneState {
    var phases = LaneRuns(LanePhase.off.rawValue)
    var versions = LaneRuns(0)
    var phase = LanePhase.serving
    /// What it was before its machine had to restart, and is again after that.
    var beforeRestart = LanePhase.serving
    var isRunning = false
    var isInContact = true

    var shown: LanePhase { !isRunning ? .off : !isInContact ? .outOfContact : phase }
  }
  struct FaultBar {
    var lane: Int
    var from: Int
    var to: Int?
    var kind: String
    var target: String
  }
  struct Mark {
    var at: Int
    var lane: Int
    var subject: String
    var what: String
    var detail: String
  }

  let scenario: Scenario
  private(set) var lanes: [LaneState]
  private(set) var cloud = LaneRuns(LanePhase.serving.rawValue)
  private(set) var rollout = LaneRuns(LanePhase.serving.rawValue)
  private(set) var faults: [FaultBar] = []
  private(set) var elections: [Mark] = []
  private(set) var violations: [Mark] = []
  private(set) var versions = LineStore.Texts()
  var lines = LineStore()
  private var open: [String: [Int]] = [:]

  package init(_ scenario: Scenario) {
    self.scenario = scenario
    lanes = Array(repeating: LaneState(), count: scenario.connectors)
    for version in [scenario.first] + scenario.releases.map(\.offer.version) { _ = versions.number(version.text) }
  }

  /// As the run writes them: in the order of time.
  package func add(_ line: TraceLine) {
    let at = Int(line.at.nanoseconds / 1_000_000)
    lines.add(line, at: at)
    switch line.node {
    case "world": world(line, at)
    case "cloud": cloud(line, at)
    default: if let lane = lane(of: line.node) { machine(line, lane, at) }
    }
    if line.what == "violation" {
      violations.append(Mark(at: at, lane: lane(of: line.node) ?? -1, subject: line.node, what: line.subject, detail: line.detail))
    }
    if Self.isElection(line) {
      let lane = lane(of: line.subject) ?? lane(of: line.node) ?? -1
      elections.append(Mark(at: at, lane: lane, subject: lane >= 0 ? "c\(lane + 1)" : line.subject, what: line.what, detail: line.detail))
    }
  }

  /// The trace tells of elections and of outage mode in these words.
  static func isElection(_ line: TraceLine) -> Bool {
    line.node != "world" && (line.what.contains("elect") || line.what.contains("outage mode") || line.what.contains("steps down"))
  }

  /// The number of `c3` is 2.
  private func lane(of name: String) -> Int? {
    guard name.utf8.first == UInt8(ascii: "c"), let number = Int(name.dropFirst()), lanes.indices.contains(number - 1) else { return nil }
    return number - 1
  }

  private func change(_ lane: Int, _ at: Int, _ change: (inout LaneState) -> Void) {
    change(&lanes[lane])
    lanes[lane].phases.add(lanes[lane].shown.rawValue, at: at)
  }

  private func machine(_ line: TraceLine, _ lane: Int, _ at: Int) {
    switch line.what {
    case "process ends", "powerCut": change(lane, at) { $0.isRunning = false }
    case "ready":
      lanes[lane].versions.add(versions.number(line.subject), at: at)
      change(lane, at) { $0.isRunning = true }
    // It waits again, unless what it drained for has come to an end.
    case "serves": change(lane, at) { if $0.phase == .draining || $0.phase == .installing { $0.phase = .waiting } }
    default: if let phase = LanePhase.of(line.what, byCloud: false) { change(lane, at) { $0.phase = phase } }
    }
  }

  private func cloud(_ line: TraceLine, _ at: Int) {
    switch line.what {
    case "down": cloud.add(LanePhase.off.rawValue, at: at)
    case "up": cloud.add(LanePhase.serving.rawValue, at: at)
    default: break
    }
    if let phase = LanePhase.ofRollout(line.what) { rollout.add(phase.rawValue, at: at) }
    guard let lane = lane(of: line.subject) else { return }
    switch line.what {
    case "loses contact", "lost": change(lane, at) { $0.isInContact = false }
    case "has contact", "found": change(lane, at) { $0.isInContact = true }
    case "restarting":
      change(lane, at) {
        if $0.phase != .draining { $0.beforeRestart = $0.phase }
        $0.phase = .draining
      }
    case "restarted": change(lane, at) { $0.phase = $0.beforeRestart }
    default:
      if line.what.hasPrefix("hears ") { change(lane, at) { $0.isInContact = true } }
      if let phase = LanePhase.of(line.what, byCloud: true) { change(lane, at) { $0.phase = phase } }
    }
  }

  private func world(_ line: TraceLine, _ at: Int) {
    switch line.what {
    case "fault":
      open[line.subject, default: []].append(faults.count)
      let lane = lane(of: line.subject.hasPrefix("link of ") ? String(line.subject.dropFirst(8)) : line.subject) ?? -1
      faults.append(FaultBar(lane: lane, from: at, to: nil, kind: line.detail, target: line.subject))
    case "healed":
      // The one whose lease ends now; the oldest, when several could.
      let ends = open[line.subject] ?? []
      guard let known = ends.first(where: { end(of: faults[$0]) == at }) ?? ends.first else { return }
      faults[known].to = at
      open[line.subject]?.removeAll { $0 == known }
    default: break
    }
  }

  private lazy var ends: [String: Int] = Dictionary(
    scenario.faults.map { ("\($0.begins.milliseconds) \($0.kind)", $0.ends.milliseconds) }, uniquingKeysWith: { first, _ in first })
  private func end(of fault: FaultBar) -> Int? { ends["\(fault.from) \(fault.kind)"] }

  /// A fleet that acted in every minute of a year has more runs than a page can carry.
  var thinned: (lanes: [LaneRuns], shortest: Int) {
    let end = scenario.length.milliseconds
    var shortest = 0
    var out = lanes.map(\.phases)
    while out.reduce(0, { $0 + $1.count }) > Self.mostRuns, shortest < end {
      shortest = max(10_000, shortest * 2)
      out = lanes.map { $0.phases.without(shorterThan: shortest, end: end) }
    }
    return (out, shortest)
  }
}

extension Duration {
  var milliseconds: Int { Int(components.seconds) * 1_000 + Int(components.attoseconds / 1_000_000_000_000_000) }
}
