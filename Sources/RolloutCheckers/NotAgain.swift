import Rollouts
import World

/// L6 in the fleet: a release that failed on a connector, or was taken off it again, is not started there again before an operator clears or orders it.
struct NotAgain: Checker {
  private var release: ReleaseVersion?
  /// The release of each update that is under way.
  private var flights: [String: ReleaseVersion] = [:]
  private var failed: [String: ReleaseVersion] = [:]

  mutating func see(_ entry: TraceEntry, _ fleet: FleetView) -> [Violation] {
    guard case .decision(let decision) = entry else { return [] }
    if decision.kind == .published { release = decision.version }
    guard let id = decision.connector else { return [] }
    switch decision.kind {
    case .started:
      flights[id] = release
      guard let release, failed[id] == release else { return [] }
      return [Violation("L6", decision.time, "\(id) starts with \(release) again, which failed there")]
    // By hand, when it was not under way.
    case .rolledBack: failed[id] = flights[id] ?? release
    // Also the end of a restart that went wrong, which says nothing of a release.
    case .failed, .rollingBack, .quarantined, .stuck: failed[id] = flights[id] ?? failed[id]
    case .leaseReleased: flights[id] = nil
    case .ordered, .cleared, .removed: failed[id] = nil
    default: break
    }
    return []
  }
}
