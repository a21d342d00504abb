/// ISO 8601 in UTC, the one text form of a wall time: `2026-11-21T09:30:00.123Z`. Pure integer arithmetic (no locale, no time zone file).
extension WallTime: CustomStringConvertible, Codable {
  package var description: String { iso8601(fraction: 3) }

  /// - Parameter fraction: digits after the second: 0, 3 or 6.
  package func iso8601(fraction: Int = 3) -> String {
    let second = microseconds >= 0 ? microseconds / 1_000_000 : (microseconds - 999_999) / 1_000_000
    let micro = microseconds - second * 1_000_000
    let day = second >= 0 ? second / 86_400 : (second - 86_399) / 86_400
    let ofDay = second - day * 86_400
    let (y, m, d) = Self.civil(day)
    var text = "\(Self.pad(y, 4))-\(Self.pad(m, 2))-\(Self.pad(d, 2))T"
    text += "\(Self.pad(ofDay / 3600, 2)):\(Self.pad(ofDay / 60 % 60, 2)):\(Self.pad(ofDay % 60, 2))"
    if fraction == 3 { text += "." + Self.pad(micro / 1_000, 3) }
    if fraction == 6 { text += "." + Self.pad(micro, 6) }
    return text + "Z"
  }

  /// Reads what `iso8601` writes, with any number of fraction digits and `Z` or `+00:00` at the end; nil for anything else.
  package init?(iso8601 text: String) {
    let bytes = Array(text.utf8)
    guard bytes.count >= 20, bytes[4] == 45, bytes[7] == 45, bytes[10] == 84 || bytes[10] == 32, bytes[13] == 58, bytes[16] == 58 else { return nil }
    func number(_ from: Int, _ count: Int) -> Int64? {
      var value: Int64 = 0
      for b in bytes[from..<from + count] {
        guard (48...57).contains(b) else { return nil }
        value = value * 10 + Int64(b - 48)
      }
      return value
    }
    guard let y = number(0, 4), let mo = number(5, 2), let d = number(8, 2), let h = number(11, 2), let mi = number(14, 2), let s = number(17, 2),
      (1...12).contains(mo), (1...31).contains(d), h < 24, mi < 60, s < 61
    else { return nil }
    var at = 19
    var micro: Int64 = 0
    if bytes[at] == 46 {
      at += 1
      var digits = 0
      while at < bytes.count, (48...57).contains(bytes[at]) {
        if digits < 6 { micro = micro * 10 + Int64(bytes[at] - 48) }
        digits += 1
        at += 1
      }
      guard digits > 0 else { return nil }
      while digits < 6 {
        micro *= 10
        digits += 1
      }
    }
    let zone = String(decoding: bytes[at...], as: UTF8.self)
    guard zone == "Z" || zone == "+00:00" else { return nil }
    let days = Self.days(y, mo, d)
    // The 30th of February would otherwise pass as the 2nd of March.
    guard Self.civil(days) == (y, mo, d) else { return nil }
    self.init(microseconds: ((days * 86_400) + h * 3600 + mi * 60 + s) * 1_000_000 + micro)
  }

  package init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    let text = try container.decode(String.self)
    guard let time = WallTime(iso8601: text) else {
      throw DecodingError.dataCorruptedError(
        in: container, debugDescription: "'\(text)' is not an ISO 8601 time in UTC, such as 2026-11-21T09:30:00Z")
    }
    self = time
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(iso8601(fraction: 6))
  }

  private static func pad(_ n: Int64, _ width: Int) -> String {
    let digits = String(n)
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
  }

  /// Days since 1970-01-01 to a date of the proleptic Gregorian calendar (H. Hinnant, "chrono-Compatible Low-Level Date Algorithms").
  private static func civil(_ days: Int64) -> (Int64, Int64, Int64) {
    let z = days + 719_468
    let era = (z >= 0 ? z : z - 146_096) / 146_097
    let doe = z - era * 146_097
    let yoe = (doe - doe / 1_460 + doe / 36_524 - doe / 146_096) / 365
    let doy = doe - (365 * yoe + yoe / 4 - yoe / 100)
    let mp = (5 * doy + 2) / 153
    let d = doy - (153 * mp + 2) / 5 + 1
    let m = mp < 10 ? mp + 3 : mp - 9
    return (yoe + era * 400 + (m <= 2 ? 1 : 0), m, d)
  }

  private static func days(_ year: Int64, _ m: Int64, _ d: Int64) -> Int64 {
    let y = m <= 2 ? year - 1 : year
    let era = (y >= 0 ? y : y - 399) / 400
    let yoe = y - era * 400
    let doy = (153 * (m > 2 ? m - 3 : m + 9) + 2) / 5 + d - 1
    let doe = yoe * 365 + yoe / 4 - yoe / 100 + doy
    return era * 146_097 + doe - 719_468
  }
}
