/// Text that stays one line and cannot steer a terminal, whatever it came from: a log line or an event's message may hold bytes of a stranger.
package enum OneLine {
  /// Replaces control characters, line separators and bidirectional overrides by visible escapes (`\n`, `\u{1b}`). A backslash stays as it is, so
  /// that registry keys read well: the result is for people, exact text is in the JSON form.
  package static func escape(_ text: String) -> String {
    guard text.unicodeScalars.contains(where: isUnsafe) else { return text }
    var out = ""
    out.reserveCapacity(text.utf8.count + 8)
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\n": out += "\\n"
      case "\r": out += "\\r"
      case "\t": out += "\\t"
      case _ where isUnsafe(scalar): out += "\\u{\(String(scalar.value, radix: 16))}"
      default: out.unicodeScalars.append(scalar)
      }
    }
    return out
  }

  /// C0, DEL and C1 controls, line and paragraph separators, and the bidirectional controls of "Trojan Source" (CVE-2021-42574).
  private static func isUnsafe(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0..<0x20, 0x7f..<0xa0, 0x2028, 0x2029, 0x202a...0x202e, 0x2066...0x2069: true
    default: false
    }
  }
}
