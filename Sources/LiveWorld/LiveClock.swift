import Glibc
package import World

/// The machine's clocks: `CLOCK_MONOTONIC` for moments, `CLOCK_REALTIME` for the wall, `CLOCK_BOOTTIME` for the time since the machine started. Sleepers wake although every thread of the runtime's
/// pool may be blocked, if their own executor is free.
package struct LiveClock: WorldClock {
  package init() {}

  package func now() -> Now {
    Now(
      moment: Self.monotonic(), wall: WallTime(microseconds: Self.read(CLOCK_REALTIME) / 1_000),
      machine: Moment(nanoseconds: Self.read(CLOCK_BOOTTIME)))
  }

  package func sleep(until moment: Moment) async throws {
    try Task.checkCancellation()
    guard moment > Self.monotonic() else { return }
    try await TimerThread.shared.sleep(until: moment)
  }

  static func monotonic() -> Moment { Moment(nanoseconds: read(CLOCK_MONOTONIC)) }

  private static func read(_ id: clockid_t) -> Int64 {
    var time = timespec()
    clock_gettime(id, &time)
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
  }
}
