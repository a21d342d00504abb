package import World

/// A machine's wall clock: off by so much, drifting, and stepped at times. The run's own time is the truth that it is wrong about.
package struct ClockModel: Hashable, Sendable {
  private var since: Moment
  private var wall: WallTime
  /// Parts in a million that it runs too fast.
  package private(set) var drift: Int64
  /// The sum of all steps.
  package private(set) var stepped = Duration.zero

  package init(at now: Moment, shows wall: WallTime, drift: Int64 = 0) {
    since = now
    self.wall = wall
    self.drift = drift
  }

  package func read(_ now: Moment) -> WallTime {
    let passed = (now.nanoseconds - since.nanoseconds) / 1_000
    return WallTime(microseconds: wall.microseconds + passed + passed / 1_000_000 * drift + passed % 1_000_000 * drift / 1_000_000)
  }

  /// The first instant at which it shows this time or a later one, as long as nobody steps it.
  package func moment(_ time: WallTime) -> Moment {
    let left = time.microseconds - wall.microseconds
    let scale = 1_000_000 + drift
    var guess = Moment(nanoseconds: since.nanoseconds + (left / scale * 1_000_000 + left % scale * 1_000_000 / scale) * 1_000)
    while read(guess) < time { guess = guess + .microseconds(1) }
    return guess
  }

  /// What it would show if nobody had stepped it: lengths between two readings are lengths.
  package func steady(_ now: Moment) -> WallTime { WallTime(microseconds: read(now).microseconds - stepped.nanoseconds / 1_000) }

  package mutating func step(_ by: Duration, at now: Moment) {
    rebase(now, WallTime(microseconds: read(now).microseconds + by.nanoseconds / 1_000))
    stepped += by
  }

  package mutating func set(drift: Int64, at now: Moment) {
    rebase(now, read(now))
    self.drift = drift
  }

  private mutating func rebase(_ now: Moment, _ time: WallTime) {
    since = now
    wall = time
  }
}
