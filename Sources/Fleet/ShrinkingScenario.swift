import Rollouts
import Simulation
import World

/// The smallest scenario so far, and the passes that make it smaller.
final class ShrinkingScenario {
  private(set) var best: Scenario
  private(set) var runs = 0
  private let limit: Int
  private let tell: (Shrinker.Progress) -> Void
  private let fails: (Scenario) -> Bool
  /// Of those that did not fail: nobody is asked twice.
  private var passed: Set<Scenario> = []
  private var pass = "start"

  init(_ scenario: Scenario, limit: Int, tell: @escaping (Shrinker.Progress) -> Void, fails: @escaping (Scenario) -> Bool) {
    best = scenario
    self.limit = limit
    self.tell = tell
    self.fails = fails
  }

  var isOver: Bool { runs >= limit }

  /// Runs it, unless the limit is reached: then nothing fails any more, and what is best stays.
  func ask(_ scenario: Scenario) -> Bool {
    guard !isOver, !passed.contains(scenario) else { return false }
    runs += 1
    tell(Shrinker.Progress(runs: runs, pass: pass, scenario: best))
    if fails(scenario) { return true }
    passed.insert(scenario)
    return false
  }

  /// Keeps it when it fails.
  @discardableResult
  private func attempt(_ change: (inout Scenario) -> Void) -> Bool {
    var candidate = best
    change(&candidate)
    guard candidate != best, ask(candidate) else { return false }
    best = candidate
    return true
  }

  func round() {
    thin("faults", \.faults)
    thin("actions", \.actions)
    thin("releases", \.releases)
    thinPlaces()
    cutEnd()
    cutStart()
    strengthen()
    shortenLeases()
    plain()
  }

  // MARK: Lists

  private func thin<Element>(_ name: String, _ list: WritableKeyPath<Scenario, [Element]>) {
    pass = name
    let start = best
    // Each candidate is a part of what the pass began with; the best is only replaced by one that failed.
    _ = DeltaDebugging.minimal(start[keyPath: list]) { part in
      var candidate = start
      candidate[keyPath: list] = part
      guard ask(candidate) else { return false }
      best = candidate
      return true
    }
  }

  private func thinPlaces() {
    pass = "places"
    thin(best.places.count) { $0.keeping(places: $1) }
    pass = "connectors"
    thin(best.connectors) { $0.keeping(connectors: $1) }
  }

  private func thin(_ count: Int, _ keeping: (Scenario, [Int]) -> Scenario) {
    let start = best
    _ = DeltaDebugging.minimal(Array(0..<count)) { part in
      // Nobody at all is no fleet.
      guard !part.isEmpty else { return false }
      let candidate = keeping(start, part)
      guard ask(candidate) else { return false }
      best = candidate
      return true
    }
  }

  // MARK: Time

  /// To the hour, and then to the minute: a length that people can read.
  func cutEnd() {
    pass = "length"
    for step in [3_600, 60] as [Int64] {
      let start = best
      let count = Int(start.length.components.seconds / step) + 1
      guard count > 1 else { continue }
      _ = DeltaDebugging.least(1, count) { number in
        let candidate = start.ending(after: .seconds(step * Int64(number)))
        guard candidate.length < start.length, ask(candidate) else { return false }
        best = candidate
        return true
      }
    }
  }

  private func cutStart() {
    pass = "start"
    let first = (best.releases.map(\.at) + best.actions.map(\.at) + best.faults.map(\.begins)).min() ?? .zero
    // Whole days first, which leave windows and preferred days nearly as they were; then whole hours.
    for step in [7 * 86_400, 86_400, 3_600, 600] as [Int64] {
      let count = first.components.seconds / step
      if count > 0, attempt({ $0 = $0.beginning(later: .seconds(step * count)) ?? $0 }) { return }
    }
  }

  // MARK: What is left

  /// What happens by chance is made to happen always: several faults often are several chances for one thing.
  private func strengthen() {
    pass = "chances"
    for index in best.faults.indices {
      let certain: FaultKind
      switch best.faults[index].kind {
      case .loss: certain = .loss(1_000_000)
      case .duplication: certain = .duplication(1_000_000)
      case .reordering(_, let by): certain = .reordering(1_000_000, by: by)
      default: continue
      }
      attempt { $0.faults[index].kind = certain }
    }
  }

  private func shortenLeases() {
    pass = "leases"
    for index in best.faults.indices {
      while best.faults[index].lasts > .seconds(5) {
        let half = max(5, best.faults[index].lasts.components.seconds / 2)
        if !attempt({ $0.faults[index].lasts = .seconds(half) }) { break }
      }
    }
  }

  /// What was drawn is put back to what it usually is.
  private func plain() {
    pass = "settings"
    attempt { $0.settings = RolloutSettings() }
    attempt { $0.link = LinkConditions() }
    attempt { $0.outages = nil }
    attempt { $0.machinesPerLocation = 0 }
    for index in best.places.indices {
      attempt { $0.places[index].schedule = UpdateSchedule(.atOnce) }
      attempt { $0.places[index].assignment = .byBucket }
    }
    for index in best.releases.indices {
      attempt { $0.releases[index].behaviour = .healthy }
      attempt { $0.releases[index].offer.canaries = 0 }
      attempt { $0.releases[index].offer.floors = [] }
      attempt { $0.releases[index].affected = 1_000_000 }
    }
  }
}
