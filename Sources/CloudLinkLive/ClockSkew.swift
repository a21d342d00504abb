import CloudAPI
import LinkTransport
package import World

/// What time the other end of an answer has.
package enum ClockSkew {
  /// From `connectord-time` (ISO 8601) or `date` (RFC 9110, 5.6.7); nil when neither is there and readable. A `date` has whole seconds only.
  package static func time(in headers: [String: String]) -> WallTime? {
    if let time = headers[LinkRefusal.timeHeader].flatMap({ WallTime(iso8601: $0) }) { return time }
    return headers["date"].flatMap(httpDate)
  }

  /// `Sun, 06 Nov 1994 08:49:37 GMT`, the one form that servers send today.
  package static func httpDate(_ text: String) -> WallTime? {
    let parts = text.split(separator: " ")
    guard parts.count == 6, parts[5] == "GMT", parts[1].count == 2, parts[3].count == 4, parts[4].count == 8,
      let month = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"].firstIndex(of: String(parts[2]))
    else { return nil }
    let number = month + 1 < 10 ? "0\(month + 1)" : "\(month + 1)"
    return WallTime(iso8601: "\(parts[3])-\(number)-\(parts[1])T\(parts[4])Z")
  }
}
