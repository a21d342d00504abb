import StrictJSON
import TUF
import Testing

@Suite struct PathPatternTests {
  @Test(arguments: [
    ("*", "a", true), ("*", "a/b", false), ("*/*", "a/b", true), ("a*c", "abbbc", true), ("a*c", "abbb", false), ("*.zip", "x.zip", true),
    ("?", "é", true), ("?", "ab", false), ("", "", true), ("", "a", false), ("*", "", true), ("/a", "/a", true), ("a//b", "a//b", true),
    ("[abc]x", "bx", true), ("[!abc]x", "bx", false), ("[a-c]x", "bx", true), ("[c-a]x", "bx", false), ("[]a]x", "]x", true), ("[x", "[x", true),
    ("[!]x", "[!]x", true), ("[a-]", "-", true), ("a[/]b", "a/b", false), ("**", "abc", true), ("*a*b*", "xxaxxbxx", true), ("A", "a", false),
    ("releases/*/v?.[0-9]", "releases/x/v1.7", true), ("*a", "aaaa", true), ("[!a]", "b", true), ("[!a]", "a", false),
  ])
  func matchesAsAShellDoesWithinOnePartOfThePath(_ pattern: String, _ path: String, _ expected: Bool) {
    #expect(PathPattern(ExactText(pattern)).matches(ExactText(path)) == expected)
  }

  /// T5: a pattern that makes a naive matcher try every combination.
  @Test func t5APatternOfManyStarsTakesNoTime() {
    let pattern = String(repeating: "*a", count: 2_000) + "*b"
    #expect(!PathPattern(ExactText(pattern)).matches(ExactText(String(repeating: "a", count: 4_000))))
  }
}
