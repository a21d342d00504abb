import World

/// Durations as people write them: `90s`, `5m`, `2h`, `30d`, `1h30m`, `250ms`, `-50m`. Units from the greatest to the smallest, each at most once; whole numbers.
package enum DurationText {
  /// What `read` takes, for messages.
  package static let form = "a duration such as 90s, 5m, 2h, 30d or 1h30m"
  private static let units: [(name: String, nanoseconds: Int64)] = [
    ("d", 86_400_000_000_000), ("h", 3_600_000_000_000), ("m", 60_000_000_000), ("s", 1_000_000_000), ("ms", 1_000_000), ("us", 1_000), ("ns", 1),
    ("as", 0),
  ]
  /// A hundred years: beyond it nothing adds up safely.
  private static let longest: Int64 = 36_525 * 86_400_000_000_000

  /// Nil for anything else.
  package static func read(_ text: String) -> Duration? {
    var rest = text[...]
    let isNegative = rest.hasPrefix("-")
    if isNegative { rest = rest.dropFirst() }
    var (sum, next, small): (Int64, Int, Int64) = (0, 0, 0)
    guard !rest.isEmpty else { return nil }
    while !rest.isEmpty {
      let digits = rest.prefix { ("0"..."9").contains($0) }
      let unit = rest.dropFirst(digits.count).prefix { ("a"..."z").contains($0) }
      guard let number = Int64(digits), let index = units.indices.first(where: { $0 >= next && units[$0].name == unit }) else { return nil }
      if units[index].name == "as" {
        guard number < 1_000_000_000 else { return nil }
        small = number
      }
      let (part, isTooMuch) = number.multipliedReportingOverflow(by: units[index].nanoseconds)
      guard !isTooMuch, part <= longest, sum + part <= longest else { return nil }
      (sum, next) = (sum + part, index + 1)
      rest = rest.dropFirst(digits.count + unit.count)
    }
    let length = Duration.nanoseconds(sum) + Duration(secondsComponent: 0, attosecondsComponent: small)
    return isNegative ? .zero - length : length
  }

  /// The shortest text that `read` takes for the same duration, to the attosecond (`as`): a quotient of durations has such parts.
  package static func write(_ duration: Duration) -> String {
    guard duration != .zero else { return "0s" }
    var text = duration < .zero ? "-" : ""
    let length = duration < .zero ? .zero - duration : duration
    var rest = length.nanoseconds
    for unit in units where unit.nanoseconds > 0 {
      let (count, remainder) = rest.quotientAndRemainder(dividingBy: unit.nanoseconds)
      if count > 0 { text += "\(count)\(unit.name)" }
      rest = remainder
    }
    let small = length.components.attoseconds % 1_000_000_000
    return small > 0 ? text + "\(small)as" : text
  }
}
