import ConnectorSettings
import World

/// Values as people write them, and back.
enum FaultText {
  static func duration(_ text: String, _ what: String) throws(FaultProblem) -> Duration {
    guard let span = TimeSpan(text: text) else { throw FaultProblem("\(what) is '\(text)'; expected a time such as 300ms, 5s or 1m30s") }
    return span.duration
  }

  static func text(_ duration: Duration) -> String { TimeSpan(duration).description }

  /// Parts in a million: more than none, at most all.
  static func share(_ text: String, _ what: String) throws(FaultProblem) -> Int {
    if let match = text.wholeMatch(of: #/([0-9]{1,3})(?:\.([0-9]{1,4}))?%/#), let whole = Int(match.1) {
      let digits = String(match.2 ?? "")
      let part = Int(digits + String(repeating: "0", count: 4 - digits.count)) ?? 0
      let value = whole * 10_000 + part
      if (1...1_000_000).contains(value) { return value }
    }
    throw FaultProblem("\(what) is '\(text)'; expected a share of more than 0% up to 100%, such as 20% or 0.5%")
  }

  static func text(share: Int) -> String {
    var part = String(share % 10_000)
    part = String(repeating: "0", count: 4 - part.count) + part
    while part.last == "0" { part.removeLast() }
    return part.isEmpty ? "\(share / 10_000)%" : "\(share / 10_000).\(part)%"
  }

  private static let units: [(name: String, bytes: Int)] = [("MiB/s", 1 << 20), ("KiB/s", 1 << 10), ("B/s", 1)]

  /// Bytes a second.
  static func rate(_ text: String) throws(FaultProblem) -> Int {
    for unit in units where text.hasSuffix(unit.name) {
      guard let number = Int(text.dropLast(unit.name.count)), (1...1_000_000).contains(number) else { break }
      return number * unit.bytes
    }
    throw FaultProblem("the rate is '\(text)'; expected bytes a second, such as 512B/s, 64KiB/s or 2MiB/s")
  }

  static func text(rate: Int) -> String {
    let unit = units.first { rate % $0.bytes == 0 } ?? ("B/s", 1)
    return "\(rate / unit.bytes)\(unit.name)"
  }
}
