import Foundation
import Testing

extension SweepTests {
  /// A connector is updated, and its process killed at each durable step that a whole update passes, on the old release and on the trial; its launcher
  /// starts it again, and it comes to rest on the new release or on the old one, healthy, as the cloud knows it.
  @Test(.timeLimit(.minutes(15))) func aConnectorKilledAtEachStepOfAWholeUpdate() async throws {
    let labs = [try await SweptUpdates(), try await SweptUpdates(), try await SweptUpdates()]
    let points = try await labs[0].record()
    let steps = SweepPoint.steps(points)
    for step in Self.expectedOfAnUpdate { #expect(steps.contains(step), "the update does not pass \(step): \(steps)") }
    print("a whole update passes \(points.count { $0.phase == "durable" }) durable steps: \(steps)")
    await SweepQueue(points.filter { Self.isTried($0) }).sweep("connectord, whole update", workers: labs.count) { worker, point in
      try await labs[worker - 1].update(killedAt: point)
    }
    for lab in labs { try await lab.end() }
  }

  /// The end of every step, which is the state between it and the next; parts of an update are killed within their steps by tests of their own.
  static func isTried(_ point: SweepPoint) -> Bool {
    if ProcessInfo.processInfo.environment["CONNECTORD_SWEEP"] == "all" { return true }
    // Each time that these say something else, it is another state of the update; other services pass theirs as often as they happen to.
    let tells = point.step == "watchdog.update-lease" || point.step.hasPrefix("evergreen.")
    return point.phase == "durable" && (tells || point.nth == 1)
  }

  static let expectedOfAnUpdate = [
    "watchdog.update-lease", "tuf.timestamp", "evergreen.download", "evergreen.install", "evergreen.record.open", "daemon.running",
    "evergreen.record.commit", "evergreen.link.active", "evergreen.record.committed",
  ]
}
