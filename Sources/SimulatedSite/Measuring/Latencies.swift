import World

/// How long requests took: a histogram with eight steps for each doubling, so that a quantile is right to a twelfth.
package struct Latencies: Hashable, Codable, Sendable {
  private static let steps = 8
  /// By place: the first is everything below 0.1 ms.
  private var counts: [Int] = []
  package private(set) var count = 0

  package init() {}

  package mutating func add(_ took: Duration) {
    let place = Self.place(took)
    if place >= counts.count { counts += Array(repeating: 0, count: place - counts.count + 1) }
    counts[place] += 1
    count += 1
  }

  package mutating func add(_ other: Latencies) {
    if other.counts.count > counts.count { counts += Array(repeating: 0, count: other.counts.count - counts.count) }
    for (place, number) in other.counts.enumerated() { counts[place] += number }
    count += other.count
  }

  /// Nil when there are none. - Parameter share: such as 0.99.
  package func quantile(_ share: Double) -> Duration? {
    guard count > 0 else { return nil }
    let wanted = max(1, Int((Double(count) * share).rounded(.up)))
    var seen = 0
    for (place, number) in counts.enumerated() {
      seen += number
      if seen >= wanted { return Self.upper(place) }
    }
    return Self.upper(counts.count - 1)
  }

  /// In units of 100 µs: 2^(place / 8).
  private static func place(_ took: Duration) -> Int {
    let units = max(0, took.nanoseconds / 100_000)
    guard units > 0 else { return 0 }
    let octave = Int64.bitWidth - 1 - units.leadingZeroBitCount
    let rest = (units - (1 << octave)) * Int64(steps) / (1 << octave)
    return 1 + min(octave, 40) * steps + Int(rest)
  }

  private static func upper(_ place: Int) -> Duration {
    guard place > 0 else { return .microseconds(100) }
    let (octave, rest) = ((place - 1) / steps, (place - 1) % steps)
    let units = (Int64(1) << octave) + (Int64(1) << octave) * Int64(rest + 1) / Int64(steps)
    return Duration(nanoseconds: max(units, 1) * 100_000)
  }
}
