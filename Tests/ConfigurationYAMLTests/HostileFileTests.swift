import ConfigurationYAML
import Testing

/// Files made to hurt: each must end in a problem, soon.
@Suite struct HostileFileTests {
  private func problems(_ bytes: [UInt8]) -> [ConfigurationProblem] {
    let error = #expect(throws: ConfigurationProblems.self) { try ConfigurationFile.load(path: "/f.yaml", bytes: bytes) }
    return error?.problems ?? []
  }

  @Test func tooLargeAFile() {
    let found = problems(Array(repeating: 32, count: ConfigurationFile.sizeLimit + 1))
    #expect(found.map(\.description) == ["/f.yaml: the file is 1048577 bytes; at most 1048576 are read"])
  }

  @Test func billionLaughs() {
    var text = "a: &a [x, x, x, x, x, x, x, x, x]\n"
    for (name, below) in zip("bcdefghi", "abcdefgh") {
      text += "\(name): &\(name) [\(Array(repeating: "*\(below)", count: 9).joined(separator: ", "))]\n"
    }
    let found = problems(Array(text.utf8))
    #expect(found.count == 1)
    #expect(found.first?.line == 3)
    #expect(found.first?.text.contains("more than 16 aliases") == true)
  }

  @Test func aliasesThatMultiplyWithinTheLimitEndAtTheBudget() {
    let text = """
      a: &a [x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x]
      b: &b [*a, *a, *a, *a]
      c: &c [*b, *b, *b, *b]
      d: &d [*c, *c, *c, *c]
      """
    let found = problems(Array(text.utf8))
    #expect(found.contains { $0.text.contains("there is no such key") })
  }

  @Test(arguments: ["[", "{a: ", "- "]) func deepNesting(opening: String) {
    let found = problems(Array(String(repeating: opening, count: 100_000).utf8))
    #expect(found.count == 1)
  }

  @Test func notUTF8() {
    let found = problems(Array("connector:\n  fqdn: é".utf8) + [0xFF, 0x41])
    #expect(found.map(\.description) == ["/f.yaml:2:10: the file is not UTF-8 from here on; save it as UTF-8"])
  }

  @Test func zeroBytesAndNoise() {
    #expect(problems([0, 0, 0, 0]).count >= 1)
    var state: UInt64 = 1
    for _ in 0..<200 {
      let bytes = (0..<300).map { _ -> UInt8 in
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return UInt8(truncatingIfNeeded: state >> 33) & 0x7F
      }
      #expect(problems(bytes).count >= 1)
    }
  }

  @Test func manyProblemsAreCounted() {
    let text = (0..<200).map { "key\($0): 1\n" }.joined()
    let error = #expect(throws: ConfigurationProblems.self) { try ConfigurationFile.load(path: "/f.yaml", bytes: Array(text.utf8)) }
    #expect(error?.problems.count == 50)
    #expect(error?.more == 157)
    #expect(error?.description.hasSuffix("and 157 more") == true)
  }

  @Test func manyDuplicatesEnd() {
    let text = (0..<80).map { _ in "cloud: 1\n" }.joined()
    #expect(problems(Array(text.utf8)).contains { $0.text.contains("duplicate keys") })
  }
}
