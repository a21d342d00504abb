import AgentSystem
import EventCatalog
import ServiceKit
import SimulatedWorld
import Testing
import WatchDogService
import World

@Suite struct WatchTests {
  private let settings = WatchDogSettings()

  private func condition(up: Bool, restarts: Int = 0, enabled: Bool = true) -> ServiceCondition {
    ServiceCondition(name: .adProvider, state: up ? "ready" : "backingOff", isEnabled: enabled, isUp: up, restarts: restarts)
  }

  /// Each row: seconds, up, restarts, and the events that come of it.
  @Test(
    arguments: [
      ("a short restart is nothing", [(0, true, 0, []), (10, false, 0, []), (20, true, 1, []), (30, true, 1, [])]),
      (
        "down for long, said once, then well",
        [
          (0, true, 0, []), (10, false, 0, []), (39, false, 0, []), (40, false, 0, ["down"]), (300, false, 0, []), (310, true, 1, ["well"]),
          (320, true, 1, []),
        ]
      ),
      ("down from the start", [(0, false, 0, []), (30, false, 0, ["down"]), (40, true, 0, ["well"])]),
      (
        "flapping, said once, well after a stable minute",
        [
          (0, true, 0, []), (10, true, 1, []), (20, true, 2, []), (30, true, 3, ["flapping"]), (40, true, 4, []), (99, true, 4, []),
          (100, true, 4, ["well"]),
          (110, true, 4, []),
        ]
      ),
      ("three restarts far apart are not flapping", [(0, true, 0, []), (10, true, 1, []), (160, true, 2, []), (311, true, 3, [])]),
      (
        "down turns into flapping",
        [(0, false, 0, []), (30, false, 0, ["down"]), (40, false, 3, ["flapping"]), (50, true, 3, []), (110, true, 3, ["well"])]
      ),
      ("well, and down again", [(0, false, 0, []), (30, false, 0, ["down"]), (40, true, 0, ["well"]), (50, false, 0, []), (80, false, 0, ["down"])]),
      ("restarts before the WatchDog's own start do not count", [(0, true, 50, []), (10, true, 50, [])]),
      ("a count that falls or jumps does not trap", [(0, true, 50, []), (10, true, Int.min, []), (20, true, Int.max, ["flapping"])]),
    ] as [(String, [(Int64, Bool, Int, [String])])])
  func table(_ what: String, _ rows: [(Int64, Bool, Int, [String])]) {
    var watch = ServiceWatch(settings)
    for (second, up, restarts, expected) in rows {
      let events = watch.update([condition(up: up, restarts: restarts)], at: Moment(nanoseconds: second * 1_000_000_000))
      #expect(events.map(\.definition.name) == expected.map { "watchdog.service-\($0)" }, "\(what) at \(second) s")
    }
  }

  @Test func disabledServicesAreNotWatched() {
    var watch = ServiceWatch(settings)
    for second in [0, 100, 200] {
      #expect(watch.update([condition(up: false, enabled: false)], at: Moment(nanoseconds: Int64(second) * 1_000_000_000)).isEmpty)
    }
    #expect(watch.records.isEmpty)
  }

  @Test func troubleIsSeenThroughTheService() async throws {
    try await withRig { rig async throws in
      rig.monitoring.set([condition(up: false)])
      for _ in 0..<4 {
        await rig.clock.waitForSleeper(until: rig.clock.now().moment + settings.pollEvery)
        rig.clock.advance(by: settings.pollEvery)
      }
      let down = await rig.sink.first("watchdog.service-down")
      #expect(down.values["service"] == .text("ad-provider") && down.values["state"] == .text("backingOff"))
      #expect(try await rig.wire("status").contains(#""trouble":"down""#))
      rig.monitoring.set([condition(up: true, restarts: 1)])
      await rig.clock.waitForSleeper(until: rig.clock.now().moment + settings.pollEvery)
      rig.clock.advance(by: settings.pollEvery)
      _ = await rig.sink.first("watchdog.service-well")
      #expect(try await !rig.wire("status").contains("trouble"))
    }
  }
}
