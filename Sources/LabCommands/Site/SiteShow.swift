import ConnectorSettings
import Foundation
import Glibc
import SimulatedSite
import SiteLoad
import World

/// Shows a process of machines or a StoreFront: one line that changes on a terminal, else a line now and then, or JSON.
struct SiteShow {
  let json: Bool
  private let isTerminal = isatty(1) == 1
  private var lastText = ""
  private var lastAt: WallTime?
  private var storms: [WallTime: Bool] = [:]

  init(json: Bool) { self.json = json }

  /// Between two lines where lines do not change.
  private static let plainEvery = Duration.seconds(5)

  mutating func show(_ snapshot: SiteSnapshot) {
    if json {
      guard isTime(snapshot, every: .seconds(1)) || snapshot.isFinal else { return }
      return Console.out(String(decoding: snapshot.json, as: UTF8.self))
    }
    for line in news(snapshot) { say("\(snapshot.time) \(line)") }
    let text = Self.line(snapshot)
    if isTerminal {
      if text != lastText { Console.raw("\r\u{1b}[K\(text)") }
    } else if text != lastText, isTime(snapshot, every: Self.plainEvery) || snapshot.isFinal {
      Console.out("\(snapshot.time) \(text)")
    } else {
      return
    }
    lastText = text
  }

  /// A line that stays.
  mutating func say(_ text: String) {
    guard !json else { return }
    Console.raw((isTerminal && !lastText.isEmpty ? "\r\u{1b}[K" : "") + text + "\n")
    lastText = ""
  }

  private mutating func isTime(_ snapshot: SiteSnapshot, every: Duration) -> Bool {
    if let lastAt, snapshot.time - lastAt < every { return false }
    lastAt = snapshot.time
    return true
  }

  /// What began or ended since it was asked last.
  private mutating func news(_ snapshot: SiteSnapshot) -> [String] {
    var lines: [String] = []
    for storm in snapshot.machines?.storms ?? [] where storms[storm.began] != storm.isOver {
      if storms[storm.began] == nil, storm.cause != Self.start { lines.append("machines lose their broker (\(storm.cause))") }
      storms[storm.began] = storm.isOver
      if storm.isOver { lines.append(Self.text(storm)) }
    }
    return lines
  }

  static let start = "the machines start"

  static func text(_ storm: SiteSnapshot.Storm) -> String {
    let first = storm.firstBack.map { SiteWords.time($0 - storm.began) } ?? "-"
    let last = storm.lastBack.map { SiteWords.time($0 - storm.began) } ?? "-"
    let again = storm.cause == start ? "registered" : "registered again"
    return "\(storm.back) of \(storm.machines) machines are \(again): the first after \(first), the last after \(last)"
  }

  static func line(_ snapshot: SiteSnapshot) -> String {
    if let machines = snapshot.machines {
      let with = machines.byConnector.sorted { $0.key.localizedStandardCompare($1.key) == .orderedAscending }.map { "\($0.key) \($0.value)" }
      return "\(machines.registered) of \(machines.machines) machines registered\(with.isEmpty ? "" : " (\(with.joined(separator: ", ")))"), "
        + "\(machines.sessions) sessions (\(machines.prepared) prepared, \(machines.active) active, \(machines.disconnected) disconnected)"
    }
    guard let tally = snapshot.brokering else { return "" }
    func promised(_ one: BrokeringTally.Promised) -> String {
      "\(one.acknowledged) (\(one.kept) kept, \(one.open) open, \(one.lost) lost), \(one.failures) failed"
    }
    return "launches \(promised(tally.launches)); tickets \(promised(tally.tickets)); p50 \(SiteWords.time(tally.latencies.quantile(0.5))), "
      + "p99 \(SiteWords.time(tally.latencies.quantile(0.99)))"
  }

  /// All of it, for the end.
  static func summary(_ tally: BrokeringTally) -> [String] {
    func promised(_ name: String, _ one: BrokeringTally.Promised) -> [String] {
      [
        "\(name.padding(toLength: 10, withPad: " ", startingAt: 0)) \(one.asked) asked, \(one.acknowledged) acknowledged: \(one.kept) kept"
          + (one.late > 0 ? " (\(one.late) not at the first try)" : "") + ", \(one.lost) lost"
          + (one.unchecked > 0 ? ", \(one.unchecked) unchecked (no connector-lab vda answered for the machine)" : "") + "; \(one.failures) failed"
          + SiteWords.reasons(one.failed)
      ]
    }
    return promised("launches", tally.launches) + promised("tickets", tally.tickets) + [
      "lists      \(tally.enumerations), \(tally.enumerationsFailed.values.reduce(0, +)) failed\(SiteWords.reasons(tally.enumerationsFailed)); reconnections "
        + "\(tally.reconnections), \(tally.reconnectionsFailed.values.reduce(0, +)) failed\(SiteWords.reasons(tally.reconnectionsFailed))",
      "requests   \(tally.latencies.count), p50 \(SiteWords.time(tally.latencies.quantile(0.5))), p99 \(SiteWords.time(tally.latencies.quantile(0.99))); "
        + "\(tally.failovers) times another server was asked; health checks \(tally.healthChecks), \(tally.healthChecksFailed) failed",
    ]
  }
}

enum SiteWords {
  /// `0.4 ms`, `12 ms`, `3.1 s`, `2 min 5 s`; `-` for none.
  static func time(_ duration: Duration?) -> String {
    guard let duration else { return "-" }
    let seconds = duration.inSeconds
    if seconds < 0.01 { return "\((seconds * 10_000).rounded() / 10) ms" }
    if seconds < 1 { return "\(Int((seconds * 1_000).rounded())) ms" }
    if seconds < 100 { return "\((seconds * 10).rounded() / 10) s" }
    return "\(Int(seconds) / 60) min \(Int(seconds) % 60) s"
  }

  /// ` (no-available-workstation 3, service-unavailable 2)`, the most first.
  static func reasons(_ reasons: [String: Int]) -> String {
    guard !reasons.isEmpty else { return "" }
    let sorted = reasons.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
    return " (" + sorted.map { "\($0.key) \($0.value)" }.joined(separator: ", ") + ")"
  }
}
