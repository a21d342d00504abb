import Foundation
import Testing

@testable import Lab

/// The pages of `docs/` are what the code says; `make docs` renews them.
@Suite struct GeneratedPagesTests {
  static let docs = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().appending(
    path: "docs")

  @Test(arguments: GeneratedPages.all.map(\.name)) func pagesAreUpToDate(name: String) throws {
    let page = try #require(GeneratedPages.all.first { $0.name == name })
    let file = try String(contentsOf: Self.docs.appending(path: name), encoding: .utf8)
    #expect(file == page.text, "docs/\(name) is out of date; run make docs")
  }

  @Test func coverageNamesAllSeventeen() {
    let page = GeneratedPages.coverage
    #expect(page.matches(of: #/\n\| \d+ \| /#).count == 17)
    #expect(page.matches(of: #/NotSimulated/#).count >= 10)
    for path in ["/healthdata/metricdata", "/{customer}/serviceStates"] { #expect(page.contains("| `\(path)` |  | no | ")) }
    #expect(page.contains("| `/lab/v1/connectors/{id}/checks` | GET | yes | "))
  }
}
