import CloudAPI
import LiveFaults
package import World

/// The live table as text: one line for each connector under a head line.
package enum LabTable {
  package static func lines(_ rows: [ConnectorRow], now: WallTime) -> [String] {
    // A column for updates only while there is something to say in it.
    let updates = rows.contains { $0.update != nil }
    let faults = rows.contains { $0.faults != nil }
    let xml = rows.contains { $0.xml != nil }
    let head =
      ["CONNECTOR", "STATE", "ELECTED", "VERSION"] + (updates ? ["UPDATE"] : []) + (xml ? ["XML SERVICE"] : []) + ["SERVICES UP", "LAST CONTACT"]
      + (faults ? ["FAULTS"] : [])
    let body = rows.map { row in
      [row.name, state(row, now: now), row.elected ? "yes" : "", row.version] + (updates ? [row.update ?? ""] : [])
        + (xml ? [row.xml ?? ""] : []) + ["\(row.servicesUp) of \(row.servicesTotal)", age(row.lastContact, now: now)]
        + (faults ? [text(row.faults ?? [])] : [])
    }
    return Columns.aligned([head] + body)
  }

  /// `latency 300ms ±50ms for 52s`, and the next one after a semicolon.
  private static func text(_ faults: [FaultReport]) -> String {
    faults.map { "\($0.fault.short)\($0.standing == .waiting ? " (waits)" : "") for \($0.leftText)" }.joined(separator: "; ")
  }

  /// An answer that is older than this has its age beside the state. Chosen: many looks at the cloud.
  private static let oldAnswer = Duration.seconds(5)

  /// `healthy`, or `healthy (12 s ago)` when the cloud has been too busy since to say it again.
  private static func state(_ row: ConnectorRow, now: WallTime) -> String {
    guard let asOf = row.asOf, row.state != ConnectorRow.unknown, now - asOf >= oldAnswer else { return row.state }
    return "\(row.state) (\(age(asOf, now: now)))"
  }

  /// `0.4 s ago`, `12 s ago`, `3 min ago`, or `never`.
  package static func age(_ time: WallTime?, now: WallTime) -> String {
    guard let time else { return "never" }
    let seconds = max(0, (now - time).inSeconds)
    if seconds < 10 { return "\((seconds * 10).rounded(.down) / 10) s ago" }
    if seconds < 120 { return "\(Int(seconds)) s ago" }
    if seconds < 7200 { return "\(Int(seconds / 60)) min ago" }
    return "\(Int(seconds / 3600)) h ago"
  }
}

/// Text in columns that are as wide as their widest cell, two spaces apart, without blanks at the end of a line.
package enum Columns {
  package static func aligned(_ rows: [[String]]) -> [String] {
    let count = rows.map(\.count).max() ?? 0
    let widths = (0..<count).map { column in rows.map { $0.count > column ? $0[column].count : 0 }.max() ?? 0 }
    return rows.map { row in
      var line = ""
      for (column, cell) in row.enumerated() {
        line += cell
        if column < row.count - 1 { line += String(repeating: " ", count: widths[column] - cell.count + 2) }
      }
      while line.last == " " { line.removeLast() }
      return line
    }
  }
}
