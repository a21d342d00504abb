/// JSON that may stand in a page's script element as well as in a line of a file: nothing in it ends an element, opens a comment, or ends a line.
package indirect enum ScriptJSON: Sendable {
  case text(String)
  case number(Int)
  case real(Double)
  case truth(Bool)
  case null
  case numbers([Int])
  case array([ScriptJSON])
  /// In this order.
  case object([(String, ScriptJSON)])

  package static func texts(_ texts: [String]) -> ScriptJSON { .array(texts.map { .text($0) }) }

  package var text: String {
    var out = ""
    write(&out)
    return out
  }

  private func write(_ out: inout String) {
    switch self {
    case .text(let text): Self.quote(text, &out)
    case .number(let number): out += String(number)
    case .real(let real): out += real.isFinite ? String(real) : "null"
    case .truth(let truth): out += truth ? "true" : "false"
    case .null: out += "null"
    case .numbers(let numbers):
      out += "["
      var isFirst = true
      for number in numbers {
        if !isFirst { out += "," }
        isFirst = false
        out += String(number)
      }
      out += "]"
    case .array(let values):
      out += "["
      for (index, value) in values.enumerated() {
        if index > 0 { out += "," }
        value.write(&out)
      }
      out += "]"
    case .object(let members):
      out += "{"
      for (index, member) in members.enumerated() {
        if index > 0 { out += "," }
        Self.quote(member.0, &out)
        out += ":"
        member.1.write(&out)
      }
      out += "}"
    }
  }

  /// A string of JSON, with its quotes.
  package static func quote(_ text: String, _ out: inout String) {
    out += "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": out += "\\\""
      case "\\": out += "\\\\"
      case "\n": out += "\\n"
      case "\t": out += "\\t"
      case "\r": out += "\\r"
      // `</script>`, `<!--` and `]]>` cannot come about; U+2028 and U+2029 end lines of older scripts.
      case "\u{0}"..."\u{1F}", "<", ">", "&", "\u{7F}"..."\u{9F}", "\u{2028}", "\u{2029}":
        let digits = String(scalar.value, radix: 16)
        out += "\\u" + String(repeating: "0", count: 4 - digits.utf8.count) + digits
      default: out.unicodeScalars.append(scalar)
      }
    }
    out += "\""
  }
}
