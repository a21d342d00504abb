import Testing
import YAMLDocuments

@Suite struct YAMLDocumentTests {
  private func problem(_ text: String) -> YAMLDocumentProblem? {
    do throws(YAMLDocumentProblem) {
      _ = try YAMLDocument.compose(text, largest: 40, firstKey: "name")
      return nil
    } catch { return error }
  }

  /// Whole sentences: they are what a person reads, whoever's file it is.
  @Test(arguments: [
    (String(repeating: "#", count: 41), 1, 1, "a file of at most 40 bytes", "41 bytes"),
    (
      "a: 1\nb: &x y", 2, 4, "no anchor ('&' before a word); write the value out, and '& ' with a blank in plain text", "an anchor"
    ),
    ("# nothing", 1, 1, "a mapping with the key 'name'", "an empty file"),
    ("a: 1\na: 2", 1, 1, "well-formed YAML", "the same key again: a"),
    ("a: [\n", 2, 1, "well-formed YAML", "did not find expected node content (while parsing a flow node of line 2)"),
    ("a: 1\n---\nb: 2", 2, 1, "well-formed YAML", "but found another document (expected a single document in the stream of line 1)"),
    ("a:\n - b\n c", 4, 1, "well-formed YAML", "could not find expected ':' (while scanning a simple key of line 3)"),
    ("a: 1\nb: \u{7}", 2, 4, "well-formed YAML", "control characters are not allowed"),
  ])
  func eachProblemHasItsPlaceAndWords(_ text: String, _ line: Int, _ column: Int, _ expected: String, _ found: String) {
    let problem = problem(text)
    #expect(problem?.line == line && problem?.column == column, "\(problem as Any)")
    #expect(problem?.expected == expected)
    #expect(problem?.found == found)
  }

  @Test(arguments: ["a: R & D", "- a&b", "'&'", "a: {b: [c]}"]) func whatIsGoodIsComposed(_ text: String) { #expect(problem(text) == nil) }
}
