/// A point on the monotonic clock of one boot. Never goes back, never jumps; meaningless across boots.
package struct Moment: Hashable, Comparable, Sendable {
  /// Nanoseconds since an arbitrary origin of this boot (or of this simulation).
  package var nanoseconds: Int64

  package init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

  package static func < (a: Moment, b: Moment) -> Bool { a.nanoseconds < b.nanoseconds }
  package static func + (m: Moment, d: Duration) -> Moment { Moment(nanoseconds: m.nanoseconds + d.nanoseconds) }
  package static func - (m: Moment, d: Duration) -> Moment { Moment(nanoseconds: m.nanoseconds - d.nanoseconds) }
  package static func - (a: Moment, b: Moment) -> Duration { Duration(nanoseconds: a.nanoseconds - b.nanoseconds) }
}

/// A point on the wall clock: UTC, microseconds since 1970. It may step; leases and deadlines use `Moment`.
package struct WallTime: Hashable, Comparable, Sendable {
  package var microseconds: Int64

  package init(microseconds: Int64) { self.microseconds = microseconds }
  package init(seconds: Int64) { microseconds = seconds * 1_000_000 }

  package var seconds: Int64 { microseconds / 1_000_000 }

  package static func < (a: WallTime, b: WallTime) -> Bool { a.microseconds < b.microseconds }
  package static func + (t: WallTime, d: Duration) -> WallTime { WallTime(microseconds: t.microseconds + d.nanoseconds / 1_000) }
  package static func - (a: WallTime, b: WallTime) -> Duration { .microseconds(a.microseconds - b.microseconds) }
}

/// All clocks read at once: what a logic gets with each event.
package struct Now: Hashable, Sendable {
  package var moment: Moment
  package var wall: WallTime
  /// The time since the machine started: one origin for all of its processes, and it goes on while the machine sleeps. What must end in time though the
  /// process ends meanwhile is counted by it. Nothing sleeps until such a moment.
  package var machine: Moment

  /// - Parameter machine: nil: as `moment`.
  package init(moment: Moment, wall: WallTime, machine: Moment? = nil) {
    self.moment = moment
    self.wall = wall
    self.machine = machine ?? moment
  }
}

extension Duration {
  /// Whole nanoseconds; saturates instead of trapping (a duration of more than 292 years is "for ever").
  package var nanoseconds: Int64 {
    // `components` takes ten times as long, and a simulation asks this a dozen times for each event.
    let whole = attoseconds / 1_000_000_000
    return Int64(exactly: whole) ?? (whole < 0 ? .min / 2 : .max / 2)
  }

  /// As `.nanoseconds`, in a few instructions.
  package init(nanoseconds: Int64) { self.init(attoseconds: Int128(nanoseconds) * 1_000_000_000) }

  package var inSeconds: Double { Double(nanoseconds) / 1e9 }
}

/// The port to time. Real: `LiveClock`; simulated: `SimulatedClock`.
package protocol WorldClock: Sendable {
  func now() -> Now
  /// Returns at or after `moment`, or throws `CancellationError` when the task is cancelled first.
  func sleep(until moment: Moment) async throws
}

extension WorldClock {
  package func sleep(for duration: Duration) async throws { try await sleep(until: now().moment + duration) }
}
