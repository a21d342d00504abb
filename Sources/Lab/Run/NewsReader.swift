import CloudAPI
import World

/// The decisions about updates that a cloud in another process tells with its state, each shown once, as lines like those of events.
struct NewsReader: Sendable {
  private let since: WallTime
  private var last: Int?

  /// - Parameter since: what was decided before is not shown.
  init(since: WallTime) { self.since = since }

  mutating func lines(_ look: CloudLook) -> [String] {
    guard case .said(let state) = look, let news = state.news, let latest = news.last?.number else { return [] }
    // Numbers begin anew when the coordinator's record was lost.
    if let last, latest < last { self.last = 0 }
    let new = news.filter { $0.number > last ?? 0 && ($0.time >= since) }
    last = latest
    return new.map { "\($0.time) cloud \($0.severity) \($0.code) \($0.text)" }
  }
}
