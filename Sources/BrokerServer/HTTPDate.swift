import Glibc
import Synchronization

/// The time as HTTP's `Date` has it, made once a second.
enum HTTPDate {
  private static let made = Mutex((second: time_t(-1), text: ""))

  static func now() -> String {
    let second = time(nil)
    return made.withLock { made in
      if made.second != second { made = (second, text(second)) }
      return made.text
    }
  }

  private static func text(_ second: time_t) -> String {
    var (second, parts) = (second, tm())
    gmtime_r(&second, &parts)
    func two(_ number: Int32) -> String { number < 10 ? "0\(number)" : "\(number)" }
    let days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
    let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
    let date = "\(two(parts.tm_mday)) \(months[Int(parts.tm_mon) % 12]) \(parts.tm_year + 1_900)"
    return "\(days[Int(parts.tm_wday) % 7]), \(date) \(two(parts.tm_hour)):\(two(parts.tm_min)):\(two(parts.tm_sec)) GMT"
  }
}
