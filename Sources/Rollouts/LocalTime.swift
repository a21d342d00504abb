package import World

package enum Weekday: Int, CaseIterable, Codable, Sendable {
  case sunday, monday, tuesday, wednesday, thursday, friday, saturday
}

/// A time on the wall of a resource location. Seconds after midnight, in `0..<86_400`.
package struct TimeOfDay: Hashable, Codable, Sendable, CustomStringConvertible {
  package let second: Int64

  /// Nil when a part is out of range.
  package init?(hour: Int, minute: Int = 0, second: Int = 0) {
    guard (0..<24).contains(hour), (0..<60).contains(minute), (0..<60).contains(second) else { return nil }
    self.second = Int64(hour * 3600 + minute * 60 + second)
  }

  /// Reads `HH:MM` or `HH:MM:SS` (the product's `start`); nil for anything else.
  package init?(_ text: String) {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    guard (2...3).contains(parts.count), parts.allSatisfy({ $0.utf8.count == 2 && $0.utf8.allSatisfy { (48...57).contains($0) } }) else { return nil }
    let numbers = parts.compactMap { Int($0) }
    self.init(hour: numbers[0], minute: numbers[1], second: numbers.count == 3 ? numbers[2] : 0)
  }

  package var description: String {
    let (hour, minute) = (second / 3600, second / 60 % 60)
    return "\(hour < 10 ? "0" : "")\(hour):\(minute < 10 ? "0" : "")\(minute)"
  }
}

/// A day of the local calendar, counted from 1970-01-01.
package struct LocalDay: Hashable, Comparable, Sendable {
  package var number: Int64

  package init(number: Int64) { self.number = number }

  /// 1970-01-01 was a Thursday.
  package var weekday: Weekday { Weekday(rawValue: Int(((number + 4) % 7 + 7) % 7)) ?? .sunday }

  package static func < (a: LocalDay, b: LocalDay) -> Bool { a.number < b.number }
  package static func + (day: LocalDay, days: Int64) -> LocalDay { LocalDay(number: day.number + days) }
}

extension Zone {
  /// What a clock on the wall shows: the day, and the second of that day.
  package func local(_ time: WallTime) -> (day: LocalDay, second: Int64) {
    let utc = time.microseconds >= 0 ? time.seconds : (time.microseconds - 999_999) / 1_000_000
    let local = utc + offset(at: utc)
    let day = local >= 0 ? local / 86_400 : (local - 86_399) / 86_400
    return (LocalDay(number: day), local - day * 86_400)
  }

  /// The instant at which the wall shows this day and second. A time that happens twice is its first happening; a time that does not exist (a clock put
  /// forward, or a day that a country left out) is the first instant after the gap.
  package func instant(_ day: LocalDay, _ second: Int64) -> WallTime {
    let wall = day.number * 86_400 + second
    // Offsets are between -12 and +14 hours, so 36 hours lie safely on either side of a change that could matter.
    let (early, late) = (wall - 129_600, wall + 129_600)
    let (before, after) = (offset(at: early), offset(at: late))
    for offset in before > after ? [before, after] : [after, before] where self.offset(at: wall - offset) == offset {
      return WallTime(seconds: wall - offset)
    }
    // In the gap: the change itself, found between the two.
    var (low, high) = (early, late)
    while high - low > 1 {
      let middle = low + (high - low) / 2
      if offset(at: middle) == before { low = middle } else { high = middle }
    }
    return WallTime(seconds: high)
  }

  /// The same time on the wall so many days later, as people count days: not always a multiple of 24 hours. Keeps the fraction of a second.
  package func adding(days: Int64, to time: WallTime) -> WallTime {
    let (day, second) = local(time)
    let fraction = ((time.microseconds % 1_000_000) + 1_000_000) % 1_000_000
    return WallTime(microseconds: instant(day + days, second).microseconds + fraction)
  }
}
