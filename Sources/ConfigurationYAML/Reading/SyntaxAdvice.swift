/// The parser's own words about broken syntax, turned into what a person can act on.
enum SyntaxAdvice {
  static func sentence(problem: String, context: String?, text: String, line: Int) -> String {
    let said = context.map { "\($0.trimmed), \(problem.trimmed)" } ?? problem.trimmed
    return "\(advice(problem, context ?? "", Self.line(line, of: text))) (\(said))"
  }

  private static func advice(_ problem: String, _ context: String, _ line: String) -> String {
    if problem.contains("found character that cannot start any token"), line.contains("\t") {
      return "a tab cannot indent; use spaces"
    }
    if problem.contains("mapping values are not allowed") {
      return "broken indent or a second ':' on the line; keys of one block start in the same column, and a text with ': ' in it needs quotes"
    }
    if problem.contains("did not find expected key") || problem.contains("block mapping") || context.contains("block mapping") {
      return "broken indent; keys of one block start in the same column"
    }
    if context.contains("block collection") || problem.contains("expected '-'") {
      return "broken indent; the '-' of one list start in the same column"
    }
    if problem.contains("could not find expected ':'") { return "a key without ':'; write 'key: value'" }
    if context.contains("flow sequence") { return "a list that opens with [ must close with ]; its items are separated by commas" }
    if context.contains("flow mapping") { return "a block that opens with { must close with }; its entries are separated by commas" }
    if context.contains("quoted scalar") { return "a quote is not closed, or \\ is followed by something it cannot stand before" }
    if problem.contains("Maximum nesting level") { return "it is nested too deeply" }
    if problem.contains("cannot start any token") { return "a text that starts with this character needs quotes" }
    return "the syntax is broken here"
  }

  private static func line(_ number: Int, of text: String) -> String {
    let lines = text.split(separator: "\n", maxSplits: max(0, number), omittingEmptySubsequences: false)
    return number >= 1 && number <= lines.count ? String(lines[number - 1]) : ""
  }
}

extension String {
  fileprivate var trimmed: String {
    var text = self[...]
    while text.last?.isWhitespace ?? false { text = text.dropLast() }
    while text.first?.isWhitespace ?? false { text = text.dropFirst() }
    return String(text)
  }
}
