import ConnectorSettings

/// Reads one value. Types come from what is asked for, not from YAML's guesses: `customer: 0123` is the text 0123, and `yes` is no flag.
enum ScalarReader {
  static func isNull(_ text: String, plain: Bool) -> Bool {
    plain && (text.isEmpty || text == "~" || text == "null" || text == "Null" || text == "NULL")
  }

  static func read(_ text: String, plain: Bool, as shape: Shape) -> (Tree?, problem: String?) {
    let shown = text.count > 80 ? "\(text.prefix(80))…" : text
    switch shape {
    case .text(let form):
      if let problem = form.problem(text) { return (nil, text.isEmpty ? problem : "'\(shown)' \(problem)") }
      return (.text(text), nil)
    case .flag:
      guard plain, text == "true" || text == "false" else { return (nil, "'\(shown)' is not a flag; write true or false, without quotes") }
      return (.flag(text == "true"), nil)
    case .choice(let words):
      if words.contains(text) { return (.text(text), nil) }
      let hint = NearestKey.find(text, in: words).map { "; did you mean '\($0)'?" } ?? ""
      return (nil, "'\(shown)' is not known; write one of \(words.joined(separator: ", "))\(hint)")
    case .integer(let range):
      guard plain else { return (nil, "'\(shown)' is a text; write the number without quotes") }
      guard let number = wholeNumber(text) else { return (nil, "'\(shown)' is not a whole number; write \(shape.expected)") }
      guard range.contains(number) else { return (nil, "\(number) is out of range; write \(shape.expected)") }
      return (.integer(number), nil)
    case .duration(let least, let most):
      guard let span = TimeSpan(text: text) else {
        let unit = wholeNumber(text) != nil ? " (the unit is missing)" : ""
        return (nil, "'\(shown)' is not a duration\(unit); write it as 250ms, 5s, 2m or 1h30m")
      }
      guard span.duration >= least.duration, span.duration <= most.duration else {
        return (nil, "\(span) is out of range; write \(shape.expected)")
      }
      return (.text(span.description), nil)
    case .list, .settings, .record: return (nil, "'\(shown)' is a single value; write \(shape.expected)")
    }
  }

  static func setting(_ text: String, plain: Bool) -> Tree {
    guard plain else { return .text(text) }
    if text == "true" || text == "false" { return .flag(text == "true") }
    return wholeNumber(text).map(Tree.integer) ?? .text(text)
  }

  private static func wholeNumber(_ text: String) -> Int? {
    let digits = text.hasPrefix("-") ? text.dropFirst() : text[...]
    guard !digits.isEmpty, digits.utf8.allSatisfy({ (48...57).contains($0) }) else { return nil }
    return Int(text)
  }
}
