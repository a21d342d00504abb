/// What a restart restarts. In a lab both restart the connector's process; only a machine's restart settles the pending-restart flags.
package enum RestartTarget: String, CaseIterable, Codable, Sendable {
  case process
  case machine
}

/// Why somebody asks: one line of at most 200 bytes without control characters, safe to show and to log.
package struct ReasonText: Hashable, Sendable, ExpressibleByStringLiteral {
  package static let limit = 200
  package let text: String

  /// Makes any text fit: a control character becomes a blank, and the rest beyond the limit is cut off.
  package init(_ text: String) {
    var out = ""
    var size = 0
    for scalar in text.unicodeScalars {
      let kept = Self.isPlain(scalar) ? scalar : " "
      size += UTF8.width(kept)
      if size > Self.limit { break }
      out.unicodeScalars.append(kept)
    }
    self.text = out
  }

  package init(stringLiteral value: String) { self.init(value) }

  /// Nil when the text does not fit as it is: what a decoder accepts.
  package init?(exactly text: String) {
    guard text.utf8.count <= Self.limit, text.unicodeScalars.allSatisfy(Self.isPlain) else { return nil }
    self.text = text
  }

  /// Neither a control character (C0, DEL, C1) nor a line or paragraph separator.
  static func isPlain(_ scalar: Unicode.Scalar) -> Bool {
    scalar.value >= 0x20 && !(0x7f...0x9f).contains(scalar.value) && scalar.value != 0x2028 && scalar.value != 0x2029
  }
}
