package import World

extension Weekday {
  private static let names = ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"]

  /// Reads `Tue` or `Tuesday`, in any case; nil for anything else.
  package init?(_ text: String) {
    let text = text.lowercased()
    guard let index = Self.names.firstIndex(where: { text == $0 || text == $0.prefix(3) }) else { return nil }
    self.init(rawValue: index)
  }

  /// `Tue`.
  package var short: String { Self.names[rawValue].prefix(1).uppercased() + Self.names[rawValue].dropFirst().prefix(2) }
}

extension ScheduleRule {
  /// What `init(text:)` reads, for messages.
  package static let form = "'now', a time such as '18:00', or a day and a time such as 'Tue 18:00'"

  /// Reads `now`, `18:00` or `Tue 18:00`; nil for anything else.
  package init?(text: String) {
    let words = text.split(separator: " ").map(String.init)
    if words.count == 1, words[0].lowercased() == "now" {
      self = .atOnce
    } else if words.count == 1, let time = TimeOfDay(words[0]) {
      self = .preferredTime(time)
    } else if words.count == 2, let day = Weekday(words[0]), let time = TimeOfDay(words[1]) {
      self = .preferredDay(day, time)
    } else {
      return nil
    }
  }

  /// The form that `init(text:)` reads.
  package var text: String {
    switch self {
    case .atOnce: "now"
    case .preferredTime(let time): "\(time)"
    case .preferredDay(let day, let time): "\(day.short) \(time)"
    }
  }
}

extension Zone {
  /// What a clock on the wall shows, for people: `Tue 2026-06-09 18:13 +02:00`.
  package func text(_ time: WallTime) -> String {
    let (day, second) = local(time)
    let wall = WallTime(seconds: day.number * 86_400 + second)
    let offset = wall.seconds - (time.microseconds >= 0 ? time.seconds : (time.microseconds - 999_999) / 1_000_000)
    let minutes = abs(offset) / 60
    func two(_ number: Int64) -> String { number < 10 ? "0\(number)" : "\(number)" }
    let sign = offset < 0 ? "-" : "+"
    return "\(day.weekday.short) \(wall.minuteText) \(sign)\(two(minutes / 60)):\(two(minutes % 60))"
  }

  /// Reads a time: in UTC as `2026-06-01T10:00:00Z` or `2026-06-01T10:00Z`, or on the wall of this zone as `2026-06-01T10:00` or `2026-06-01 10:00`;
  /// nil for anything else.
  package func time(_ text: String) -> WallTime? {
    let utc = text.hasSuffix("Z")
    let bare = utc ? String(text.dropLast()) : text
    guard let wall = WallTime(iso8601: bare.utf8.count == 16 ? bare + ":00Z" : bare + "Z") else { return nil }
    guard !utc else { return wall }
    let day = wall.seconds >= 0 ? wall.seconds / 86_400 : (wall.seconds - 86_399) / 86_400
    return instant(LocalDay(number: day), wall.seconds - day * 86_400)
  }
}

extension WallTime {
  /// `2026-06-09 16:13`, in UTC.
  package var minuteText: String {
    let text = iso8601(fraction: 0)
    return "\(text.prefix(10)) \(text.dropFirst(11).prefix(5))"
  }
}
