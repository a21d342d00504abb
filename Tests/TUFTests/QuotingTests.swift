import StrictJSON
import TUF
import Testing

@Suite struct QuotingTests {
  @Test(arguments: [
    ("targets", "targets.json"), ("..", "%2E..json"), (".", "%2E.json"), ("../x", "%2E.%2Fx.json"), ("a/b", "a%2Fb.json"),
    ("%long-", "%25long-.json"), ("", "%empty.json"), ("%empty", "%25empty.json"),
    (".root.json.replace~", "%2Eroot.json.replace~.json"), ("é\u{0}", "%C3%A9%00.json"),
  ])
  func fileNamesAreOneNameInTheDirectory(_ pair: (String, String)) {
    #expect(Quoting.fileName(ExactText(pair.0), suffix: ".json") == pair.1)
  }

  @Test func longNamesStayApartAndFitAFileSystem() {
    let a = Quoting.fileName(ExactText(String(repeating: "ü", count: 500)), suffix: ".json")
    let b = Quoting.fileName(ExactText(String(repeating: "ü", count: 501)), suffix: ".json")
    #expect(a != b)
    #expect(a.utf8.count < 200)
    #expect(a.hasPrefix("%long-"))
  }

  @Test func pathsInRequestsKeepTheirSlashesAndNothingElse() {
    #expect(Quoting.requestedPath("a b/?x#/../c", hash: "00") == "a%20b/%3Fx%23/%2E%2E/00.c")
    #expect(Quoting.requestedPath("a", hash: nil) == "a")
    #expect(Quoting.requestedPath("../.up/./...", hash: nil) == "%2E%2E/.up/%2E/...")
    #expect(Quoting.requestedPath("", hash: "0") == "0.")
  }

  @Test func messagesHoldNoControlCharacters() {
    let shown = Quoting.shown(ExactText("\u{1b}[31m\n" + String(repeating: "x", count: 1_000)))
    #expect(shown.unicodeScalars.allSatisfy { $0.value > 0x20 && $0.value < 0x7f })
    #expect(shown.utf8.count < 500)
  }
}
