package import World

/// Exponential back-off with full jitter: each wait is drawn from the whole range up to a ceiling that doubles.
package struct BackOff: Hashable, Sendable {
  package let initial: Duration
  package let max: Duration
  /// Failed tries since the last reset.
  package private(set) var attempts = 0

  package init(initial: Duration, max: Duration) {
    self.initial = initial
    self.max = max
  }

  /// The ceiling of the wait before the next try: `initial`, twice that, and so on up to `max`.
  package var ceiling: Duration {
    var ceiling = initial
    for _ in 0..<Swift.min(attempts, 40) where ceiling < max { ceiling = ceiling * 2 }
    return Swift.min(ceiling, max)
  }

  /// Counts a failed try and draws the wait before the next.
  package mutating func next(_ random: any RandomSource) -> Duration {
    let wait = random.jitter(ceiling)
    attempts += 1
    return wait
  }

  package mutating func reset() { attempts = 0 }
}
