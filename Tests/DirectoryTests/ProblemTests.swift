import Directory
import Testing

@Suite struct ProblemTests {
  /// Checks a changed description and returns `field: expected` of what is wrong.
  private func problems(_ change: (inout DirectoryDescription) throws -> Void) throws -> [String] {
    var description = try makeDescription()
    try change(&description)
    do throws(DirectoryProblems) {
      _ = try DirectorySnapshot(description)
      return []
    } catch {
      return error.problems.map(\.field)
    }
  }

  @Test func aCorrectDescriptionHasNone() throws { #expect(try problems { _ in } == []) }

  @Test func duplicatesAreNamed() throws {
    #expect(try problems { $0.forests[0].domains[0].users[1].name = "ALICE" } == ["forests[0].domains[0].users[1].name"])
    #expect(try problems { $0.forests[0].domains[0].users[1].upn = "ALICE@forest1.local" } == ["forests[0].domains[0].users[1].upn"])
    #expect(try problems { $0.forests[0].domains[0].users[1].displayName = "Alice" } == ["forests[0].domains[0].users[1].displayName"])
    #expect(try problems { $0.forests[0].domains[0].groups[0].rid = 1101 } == ["forests[0].domains[0].groups[0].rid"])
    #expect(try problems { $0.forests[0].domains[1].sid = $0.forests[0].domains[0].sid } == ["forests[0].domains[1].sid"])
    #expect(try problems { $0.forests[1].domains[0].netBIOS = "USER" } == ["forests[1].domains[0].netbios"])
    #expect(
      try problems { $0.forests[0].domains[0].controllers.append(.init(name: "dc1", system: .server2016)) } == [
        "forests[0].domains[0].controllers[1].name"
      ])
    #expect(try problems { $0.forests[0].domains[0].groups[0].members.append(#"FOREST1\alice"#) } == ["forests[0].domains[0].groups[0].members[1]"])
  }

  @Test(arguments: ["nobody", #"NOWHERE\alice"#, "S-1-5-21-1-1-1-9999", "S-1-x", "x@y", "CN=x,DC=y", "a*b", ""])
  func unknownMembersAreNamed(member: String) throws {
    #expect(try problems { $0.forests[0].domains[0].groups[2].members.append(member) } == ["forests[0].domains[0].groups[2].members[3]"])
  }

  @Test func scopesAreHeldTo() throws {
    let field = "forests[0].domains[0].groups"
    #expect(try problems { $0.forests[0].domains[0].groups[0].members.append(#"USER\carol"#) } == ["\(field)[0].members[1]"])
    #expect(try problems { $0.forests[0].domains[0].groups[0].members.append("everyone-u") } == ["\(field)[0].members[1]"])
    #expect(try problems { $0.forests[0].domains[0].groups[1].members.append("logon") } == ["\(field)[1].members[2]"])
    #expect(try problems { $0.forests[0].domains[0].groups[1].members.append(#"FOREST2\eve"#) } == ["\(field)[1].members[2]"])
    #expect(try problems { $0.forests[0].domains[0].groups[1].members.append("S-1-5-21-9-9-9-1") } == ["\(field)[1].members[2]"])
    #expect(try problems { $0.forests[0].domains[0].groups[2].members.append(#"USER\share"#) } == ["\(field)[2].members[3]"])
    // The other way round nobody is trusted, and without the trust neither is FOREST2.
    #expect(
      try problems { $0.forests[1].domains[0].groups.append(.init(name: "x", rid: 2002, scope: .domainLocal, members: [#"FOREST1\alice"#])) }
        == ["forests[1].domains[0].groups[1].members[0]"])
    #expect(try problems { $0.trusts = [] } == ["\(field)[2].members[1]"])
  }

  @Test func treesAreTrees() throws {
    #expect(try problems { $0.forests[0].domains[1].parent = "elsewhere.local" } == ["forests[0].domains[1].parent"])
    #expect(try problems { $0.forests[0].domains[1].parent = "user.forest1.local" } == ["forests[0].domains[1].parent"])
    let ring = try problems { description in
      description.forests[0].domains[0].parent = "user.forest1.local"
    }
    #expect(ring == ["forests[0].name", "forests[0].domains[0].parent", "forests[0].domains[1].parent"])
    #expect(try problems { $0.forests[0].name = "other.local" } == ["forests[0].name", "trusts[0].from"])
  }

  @Test func trustsLeadSomewhere() throws {
    #expect(try problems { $0.trusts[0].trusted = "nowhere.local" }.first == "trusts[0].to")
    #expect(try problems { $0.trusts[0].trusting = "user.forest1.local" }.first == "trusts[0].from")
    #expect(
      try problems { $0.trusts.append(.init(trusting: "forest1.local", trusted: "user.forest1.local", kind: .external, twoWay: true)) } == [
        "trusts[1].to"
      ])
  }

  @Test func limitsAreHeldTo() throws {
    #expect(try problems { $0.forests[0].domains[0].users[0].rid = 499 }.first == "forests[0].domains[0].users[0].rid")
    #expect(try problems { $0.forests[0].domains[0].users[1].name = "abcdefghijklmnopqrstu" } == ["forests[0].domains[0].users[1].name"])
    #expect(try problems { $0.forests[0].domains[0].computers[0].name = "sixteen-letters-x" }.first == "forests[0].domains[0].computers[0].name")
    #expect(try problems { $0.forests[0].domains[1].level = .server2012 } == ["forests[0].domains[1].functionalLevel"])
    #expect(try problems { $0.forests[0].domains[0].name = "forest1..local" }.contains("forests[0].domains[0].name"))
  }
}
