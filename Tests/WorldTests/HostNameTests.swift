import Testing
import World

@Suite struct HostNameTests {
  @Test(
    arguments: [
      ("cc-01.forest1.local", nil), ("a.b", nil), ("1.2", nil), ("A-B.c-d.E", nil), (String(repeating: "a", count: 63) + ".b", nil),
      (Array(repeating: "abc", count: 63).joined(separator: ".") + ".x", nil), ("", "it has no domain"), ("host", "it has no domain"),
      (".a.b", "an empty part"), ("a..b", "an empty part"), ("a.b.", "an empty part"), ("-a.b", "starts or ends with -"),
      ("a-.b", "starts or ends with -"), ("a.b-", "starts or ends with -"), ("a.-b", "starts or ends with -"), ("a_b.c", "other than letters"),
      ("ä.b", "other than letters"), ("a b.c", "other than letters"), (String(repeating: "a", count: 64) + ".b", "longer than 63"),
      (Array(repeating: "abc", count: 64).joined(separator: "."), "longer than 253"),
    ] as [(String, String?)])
  func whatIsWrong(_ name: String, _ said: String?) {
    let problem = HostName.problem(name)
    #expect(said.map { problem?.contains($0) == true } ?? (problem == nil), "\(name): \(problem ?? "nothing")")
  }
}
