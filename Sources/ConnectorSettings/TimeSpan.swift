/// A duration as a person writes it in a file: `250ms`, `5s`, `2m`, `1h30m`, `7d`.
package struct TimeSpan: Hashable, Codable, Sendable, CustomStringConvertible {
  package var duration: Duration
  package init(_ duration: Duration) { self.duration = duration }

  /// Nil when the text is not one or more numbers each with a unit (`ms`, `s`, `m`, `h`, `d`).
  package init?(text: String) {
    var total: Int64 = 0
    var rest = text[...]
    guard !rest.isEmpty else { return nil }
    while !rest.isEmpty {
      let digits = rest.prefix(while: \.isNumber)
      guard let value = Int64(digits), value >= 0 else { return nil }
      rest = rest.dropFirst(digits.count)
      let unit = rest.prefix(while: \.isLetter)
      rest = rest.dropFirst(unit.count)
      let milliseconds: Int64
      switch unit {
      case "ms": milliseconds = 1
      case "s": milliseconds = 1_000
      case "m": milliseconds = 60_000
      case "h": milliseconds = 3_600_000
      case "d": milliseconds = 86_400_000
      default: return nil
      }
      let (product, overflow) = value.multipliedReportingOverflow(by: milliseconds)
      let (sum, overflowed) = total.addingReportingOverflow(product)
      if overflow || overflowed || sum > 315_576_000_000_00 { return nil }
      total = sum
    }
    duration = .milliseconds(total)
  }

  package init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    let text = try container.decode(String.self)
    guard let span = TimeSpan(text: text) else {
      throw DecodingError.dataCorruptedError(in: container, debugDescription: "'\(text)' is not a duration such as 250ms, 5s, 2m, 1h30m or 7d")
    }
    self = span
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }

  package var description: String {
    var left = duration.components.seconds * 1_000 + duration.components.attoseconds / 1_000_000_000_000_000
    if left == 0 { return "0s" }
    var text = ""
    for (unit, size) in [("d", Int64(86_400_000)), ("h", 3_600_000), ("m", 60_000), ("s", 1_000), ("ms", 1)] where left >= size {
      text += "\(left / size)\(unit)"
      left %= size
    }
    return text
  }
}
