import Directory
import Testing

/// Two forests with a one-way trust; `change` edits the description before it is checked.
func makeDescription() throws -> DirectoryDescription {
  var root = DirectoryDescription.Domain(name: "forest1.local", netBIOS: "FOREST1", sid: try SID("S-1-5-21-1-1-1"), level: .server2016)
  root.controllers = [.init(name: "DC1", system: .server2019)]
  root.users = [.init(name: "alice", rid: 1101), .init(name: "bob", rid: 1102)]
  root.computers = [.init(name: "VDA-001", rid: 3001)]
  root.groups = [
    .init(name: "admins", rid: 2001, scope: .global, members: ["alice"]),
    .init(name: "everyone-u", rid: 2002, scope: .universal, members: ["admins", #"USER\staff"#]),
    .init(name: "logon", rid: 2003, scope: .domainLocal, members: ["everyone-u", #"FOREST2\partners"#, "S-1-5-21-9-9-9-1200"]),
    .init(name: "ring1", rid: 2004, scope: .universal, members: ["ring2", "bob"]),
    .init(name: "ring2", rid: 2005, scope: .universal, members: ["ring1"]),
  ]
  var child = DirectoryDescription.Domain(
    name: "user.forest1.local", netBIOS: "USER", sid: try SID("S-1-5-21-2-2-2"), level: .server2016, parent: "forest1.local")
  child.controllers = [.init(name: "DC2", system: .server2016)]
  child.users = [.init(name: "carol", rid: 1101), .init(name: "bob", rid: 1102), .init(name: "dave", rid: 1103)]
  child.groups = [
    .init(name: "staff", rid: 2001, scope: .global, members: ["carol"]),
    .init(name: "share", rid: 2002, scope: .domainLocal, members: ["staff", #"FOREST1\admins"#]),
  ]
  var other = DirectoryDescription.Domain(name: "forest2.local", netBIOS: "FOREST2", sid: try SID("S-1-5-21-3-3-3"), level: .server2012R2)
  other.users = [.init(name: "eve", rid: 1101)]
  other.groups = [.init(name: "partners", rid: 2001, scope: .global, members: ["eve"])]
  return DirectoryDescription(
    forests: [
      .init(name: "forest1.local", level: .server2016, domains: [root, child]), .init(name: "forest2.local", level: .server2012R2, domains: [other]),
    ],
    trusts: [.init(trusting: "forest1.local", trusted: "forest2.local", kind: .forest, twoWay: false)])
}

@Suite struct SnapshotTests {
  /// Every account that could be joined, and what each is found by.
  @Test func findsByEveryNameSIDAndGUID() async throws {
    let directory = try SnapshotDirectory(DirectorySnapshot(makeDescription()))
    let alice = try await directory.find(DirectoryQuery(.name(NameForm("ALICE"))))
    #expect(alice.sid == (try SID("S-1-5-21-1-1-1-1101")))
    #expect(alice.distinguishedName == "CN=alice,CN=Users,DC=forest1,DC=local")
    for name in [#"forest1\alice"#, #"forest1.local\alice"#, "alice@forest1.local", "cn=Alice,cn=users,dc=forest1,dc=local"] {
      #expect(try await directory.find(DirectoryQuery(.name(NameForm(name)))) == alice)
    }
    #expect(try await directory.find(DirectoryQuery(.sid(alice.sid))) == alice)
    #expect(try await directory.find(DirectoryQuery(.guid(alice.guid))) == alice)
    #expect(try await directory.find(DirectoryQuery(.name(NameForm("carol")))).domain == "user.forest1.local")
  }

  @Test func aComputerIsFoundWithAndWithoutItsDollar() async throws {
    let directory = try SnapshotDirectory(DirectorySnapshot(makeDescription()))
    for name in ["vda-001", "VDA-001$", #"FOREST1\VDA-001"#] {
      let found = try await directory.find(DirectoryQuery(.name(NameForm(name)), kind: .computer))
      #expect(found.dnsHostName == "vda-001.forest1.local")
    }
    await #expect(throws: DirectoryError.notFound("user 'vda-001'")) {
      try await directory.find(DirectoryQuery(.name(.account("vda-001")), kind: .user))
    }
  }

  @Test func theJoinedDomainGoesFirstAndOtherwiseABareNameIsAmbiguous() async throws {
    let snapshot = try DirectorySnapshot(makeDescription())
    let bob = DirectoryQuery(.name(.account("bob")))
    #expect(try await SnapshotDirectory(snapshot).find(bob).domain == "forest1.local")
    #expect(try await SnapshotDirectory(snapshot, joinedDomain: "USER").find(bob).domain == "user.forest1.local")
    var third = try makeDescription()
    third.forests[0].domains.append(
      .init(name: "lab.forest1.local", netBIOS: "LAB", sid: try SID("S-1-5-21-4-4-4"), level: .server2016, parent: "forest1.local"))
    let lab = try SnapshotDirectory(DirectorySnapshot(third), joinedDomain: "lab.forest1.local")
    await #expect(throws: DirectoryError.ambiguous("object 'bob'", candidates: [#"FOREST1\bob"#, #"USER\bob"#])) { try await lab.find(bob) }
  }

  @Test func aForestTrustIsNotCrossed() async throws {
    let directory = try SnapshotDirectory(DirectorySnapshot(makeDescription()))
    let eve = DirectoryQuery(.name(.account("eve")))
    await #expect(throws: DirectoryError.otherForest("object 'eve'", domain: "forest2.local")) { try await directory.find(eve) }
    #expect(try await SnapshotDirectory(directory.snapshot, joinedDomain: "forest2.local").find(eve).name == "eve")
    // A member of a domain local group of the joined domain is there as a foreign principal, known by its SID only.
    let partners = try await directory.find(DirectoryQuery(.sid(SID("S-1-5-21-3-3-3-2001"))))
    #expect(partners.kind == .foreignPrincipal)
    #expect(partners.distinguishedName == "CN=S-1-5-21-3-3-3-2001,CN=ForeignSecurityPrincipals,DC=forest1,DC=local")
    #expect(try await directory.directGroups(of: SID("S-1-5-21-9-9-9-1200")).map(\.name) == ["logon"])
    await #expect(throws: DirectoryError.self) { try await directory.find(DirectoryQuery(.sid(SID("S-1-5-21-3-3-3-1101")))) }
  }

  @Test func effectiveGroupsFollowTheScopes() async throws {
    let snapshot = try DirectorySnapshot(makeDescription())
    func names(_ sid: String, joined: String) async throws -> [String] {
      try await SnapshotDirectory(snapshot, joinedDomain: joined).effectiveGroups(of: SID(sid)).groups.map(\.downLevelName)
    }
    let carol = "S-1-5-21-2-2-2-1101"
    #expect(try await names(carol, joined: "forest1.local") == [#"FOREST1\everyone-u"#, #"FOREST1\logon"#, #"USER\staff"#])
    // On the child domain's machines its own domain local group counts and the root's does not.
    #expect(try await names(carol, joined: "user.forest1.local") == [#"FOREST1\everyone-u"#, #"USER\share"#, #"USER\staff"#])
    #expect(try await names("S-1-5-21-1-1-1-1101", joined: "user.forest1.local") == [#"FOREST1\admins"#, #"FOREST1\everyone-u"#, #"USER\share"#])
  }

  @Test func nestingInARingEnds() async throws {
    let directory = try SnapshotDirectory(DirectorySnapshot(makeDescription()))
    let groups = try await directory.effectiveGroups(of: SID("S-1-5-21-1-1-1-1102"))
    #expect(groups == EffectiveGroups(groups: groups.groups))
    #expect(groups.groups.map(\.name) == ["ring1", "ring2"])
    #expect(try await directory.directGroups(of: SID("S-1-5-21-1-1-1-1102")).map(\.name) == ["ring1"])
  }

  @Test func primaryGroupsNeedNoMembers() async throws {
    var description = try makeDescription()
    description.forests[0].domains[0].groups.append(.init(name: "Domain Users", rid: 513, scope: .global))
    let directory = try SnapshotDirectory(DirectorySnapshot(description))
    #expect(try await directory.directGroups(of: SID("S-1-5-21-1-1-1-1101")).map(\.name) == ["admins", "Domain Users"])
    #expect(try await directory.directGroups(of: SID("S-1-5-21-1-1-1-3001")).isEmpty)
  }

  @Test func aDomainWithoutAControllerIsUnreachableAndItsGlobalGroupsAreMissing() async throws {
    var description = try makeDescription()
    description.forests[0].domains[0].controllers[0].reachable = false
    let snapshot = try DirectorySnapshot(description)
    let directory = try SnapshotDirectory(snapshot)
    await #expect(throws: DirectoryError.unreachable(domain: "forest1.local")) { try await directory.find(DirectoryQuery(.name(.account("alice")))) }
    // carol's domain answers: her global and universal groups are known, the root's domain local one is not.
    let groups = try await directory.effectiveGroups(of: SID("S-1-5-21-2-2-2-1101"))
    #expect(groups.groups.map(\.name) == ["everyone-u", "staff"])
    #expect(groups.missing == ["forest1.local"])
    let health = try await directory.domainControllers()
    #expect(health.map(\.reachable) == [false, true])
    #expect(health.map(\.supported) == [true, true])
  }

  @Test func domainsSayHowTheyAreRelated() async throws {
    let snapshot = try DirectorySnapshot(makeDescription())
    #expect(
      try await SnapshotDirectory(snapshot).domains().map(\.relation) == [
        "joined domain", "same forest", "trusted by the joined forest, not usable from the cloud",
      ])
    let other = try await SnapshotDirectory(snapshot, joinedDomain: "FOREST2").domains()
    #expect(other.map(\.usable) == [false, false, true])
    #expect(other[0].relation == "trusts the joined forest, not usable from the cloud")
    #expect(throws: DirectoryError.self) { try SnapshotDirectory(snapshot, joinedDomain: "nowhere.local") }
  }

  /// The seed's table, row by row.
  @Test func functionalLevelsAreTheSeeds() {
    let rows: [(FunctionalLevel, FunctionalLevel, [String])] = [
      (.server2008R2, .server2008R2, ["2008R2", "2012", "2012R2", "2016"]), (.server2008R2, .server2012, ["2012", "2012R2", "2016"]),
      (.server2008R2, .server2012R2, ["2012R2", "2016"]), (.server2008R2, .server2016, ["2016"]),
      (.server2012, .server2012, ["2012", "2012R2", "2016"]),
      (.server2012, .server2012R2, ["2012R2", "2016"]), (.server2012, .server2016, ["2016"]), (.server2012R2, .server2012R2, ["2012R2", "2016"]),
      (.server2012R2, .server2016, ["2016"]), (.server2016, .server2016, ["2016", "2019", "2022"]), (.server2016, .server2012, []),
    ]
    for (forest, domain, systems) in rows { #expect(SupportedLevels.controllers(forest: forest, domain: domain).map(\.rawValue) == systems) }
  }
}
