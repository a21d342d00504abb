import Directory
import DirectoryYAML
import Foundation
import Testing

@Suite struct DirectoryYAMLTests {
  /// A small correct file; `%` marks where a test puts something else.
  private static func file(_ users: String = "- {name: alice, rid: 1101}", groups: String = "[]", rest: String = "") -> String {
    """
    forests:
      - name: a.local
        functionalLevel: 2016
        domains:
          - name: a.local
            netbios: A
            sid: S-1-5-21-1-1-1
            functionalLevel: 2016
            users:
              \(users)
            groups: \(groups)
    \(rest)
    """
  }

  private func problem(_ text: String) throws -> DirectoryFileProblem {
    let error = #expect(throws: DirectoryFileError.self) { try DirectoryYAML.snapshot(text, file: "d.yaml") }
    return try #require(error?.problems.first)
  }

  @Test func theExampleIsRead() async throws {
    let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appending(path: "../../config/directory.yaml").standardized
    let text = try String(contentsOf: path, encoding: .utf8)
    let directory = try DirectoryYAML.directory(text, file: "directory.yaml", joinedDomain: "forest1.local")
    #expect(directory.snapshot.domains.map(\.name) == ["forest1.local", "user.forest1.local", "forest2.local"])
    #expect(directory.snapshot.principals.count(where: { $0.kind == .user }) == 41)
    #expect(directory.snapshot.principals.count(where: { $0.kind == .computer }) == 60)
    let wei = try await directory.find(DirectoryQuery(.name(NameForm("wei.wang"))))
    #expect(
      try await directory.effectiveGroups(of: wei.sid).groups.map(\.name) == [
        "All Desktop Users", "Desktop Logon", "Power Desktop Users", "Published Office", "Domain Users", "Engineering",
      ])
    #expect(try await directory.domainControllers().allSatisfy(\.reachable), "the example is a healthy one")
    #expect(try await directory.domainControllers().allSatisfy(\.supported))
  }

  @Test(arguments: [
    (file("- {name: alice, rid: 1101, shoe: 42}"), 10, 38, "forests[0].domains[0].users[0].shoe", "one of the keys"),
    (file("- {name: alice, rid: many}"), 10, 32, "forests[0].domains[0].users[0].rid", "a whole number"),
    (file("- {name: alice, rid: -1}"), 10, 32, "forests[0].domains[0].users[0].rid", "a whole number"),
    (file("- {name: alice}"), 10, 13, "forests[0].domains[0].users[0].rid", "the key 'rid'"),
    (file("- {name: [alice], rid: 1101}"), 10, 20, "forests[0].domains[0].users[0].name", "a text"),
    (file("- {name: alice, rid: 1101, guid: 42}"), 10, 44, "forests[0].domains[0].users[0].guid", "a GUID"),
    (file("- {name: alice, rid: 1101, enabled: 1}"), 10, 47, "forests[0].domains[0].users[0].enabled", "true or false"),
    (file("- {name: alice, rid: 1101}\n          - {name: Alice, rid: 1102}"), 11, 20, "forests[0].domains[0].users[1].name", "a name that no other"),
    (file("- {name: alice, rid: 1101}\n          - {name: bob, rid: 1101}"), 11, 30, "forests[0].domains[0].users[1].rid", "a SID that no other"),
    (file(groups: "[{name: g, rid: 2001, scope: wide}]"), 11, 46, "forests[0].domains[0].groups[0].scope", "one of universal, global, domainLocal"),
    (
      file(groups: "[{name: g, rid: 2001, scope: global, members: [alice, zed]}]"), 11, 71, "forests[0].domains[0].groups[0].members[1]",
      "a known account"
    ),
    (file(rest: "trusts: [{from: a.local, to: b.local, kind: forest}]"), 12, 30, "trusts[0].to", "the DNS name of a domain of this file"),
    (file(rest: "trusts: none"), 12, 9, "trusts", "a list"),
    (file(rest: "computers: []"), 12, 12, "computers", "one of the keys"),
    ("forests: []", 1, 10, "forests", "a list of at least one forest"),
    ("- a", 1, 1, "", "a mapping"),
    ("", 1, 1, "", "a mapping"),
    ("forests:\n  - name: a\n   functionalLevel: 2016\n", 3, 4, "", "well-formed YAML"),
    ("forests: [\n", 2, 1, "", "well-formed YAML"),
    ("a: 1\n---\nb: 2\n", 2, 1, "", "well-formed YAML"),
    ("forests: 1\nforests: 2\n", 1, 1, "", "well-formed YAML"),
    ("a: \u{7}", 1, 4, "", "well-formed YAML"),
  ])
  func everyErrorHasItsPlace(text: String, line: Int, column: Int, field: String, expected: String) throws {
    let found = try problem(text)
    #expect("\(found.line):\(found.column)" == "\(line):\(column)", "\(found)")
    #expect(found.file == "d.yaml")
    #expect(found.field == field)
    #expect(found.expected.hasPrefix(expected), "\(found)")
    #expect(!found.found.isEmpty)
  }

  @Test func aCycleInADomainTreeIsReported() throws {
    let text = """
      forests:
        - name: a.local
          functionalLevel: 2016
          domains:
            - {name: a.local, netbios: A, sid: S-1-5-21-1-1-1, functionalLevel: 2016}
            - {name: b.local, netbios: B, sid: S-1-5-21-1-1-2, functionalLevel: 2016, parent: c.local}
            - {name: c.local, netbios: C, sid: S-1-5-21-1-1-3, functionalLevel: 2016, parent: b.local}
      """
    let found = try problem(text)
    #expect(found.expected == "a domain tree without a cycle")
    #expect(found.line == 6)
    #expect(found.found == "b.local → c.local → b.local")
  }

  /// Nested aliases would be 9^9 nodes; as keys they would even be hashed while parsing.
  @Test(arguments: ["a: &a [x]\nforests: [*a]", "? &a [x]\n: 1", "forests:&a\n", "[&a x]", "{\"k\":&a x}", "- !!str &a x", "\u{feff}&a x"])
  func anchorsAreRefusedBeforeParsing(text: String) throws {
    let found = try problem(text)
    #expect(found.found == "an anchor")
    #expect(found.expected.hasPrefix("no anchor"))
  }

  @Test func aliasesWithoutAnchorsAndPlainAmpersandsAreNoDanger() throws {
    #expect(try problem("forests: [*a]").expected == "well-formed YAML")
    let snapshot = try DirectoryYAML.snapshot(Self.file("- {name: alice, rid: 1101, displayName: 'R & D R&D'}"), file: "d.yaml")
    #expect(snapshot.principals.first?.displayName == "R & D R&D")
  }

  @Test func bigAndDeepFilesAreRefused() throws {
    #expect(try problem(String(repeating: "#", count: DirectoryYAML.largest + 1)).expected.hasPrefix("a file of at most"))
    #expect(try problem(String(repeating: "[", count: 100_000)).expected == "well-formed YAML")
    #expect(try problem("forests: " + String(repeating: "[", count: 990) + String(repeating: "]", count: 990)).field == "forests[0]")
  }

  @Test func manyProblemsAreCountedNotListed() throws {
    let users = (0..<50).map { "- {name: u\($0), rid: x}" }.joined(separator: "\n          ")
    let error = #expect(throws: DirectoryFileError.self) { try DirectoryYAML.snapshot(Self.file(users), file: "d.yaml") }
    #expect(error?.problems.count == 20)
    #expect(error?.more == 30)
    #expect(error?.description.hasSuffix("and 30 more") == true)
  }
}
