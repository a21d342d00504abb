import SimulatedWorld
import StrictJSON
import TUF
import TUFRepository
import Testing
import TrustCheckers
import World

/// One delegation of a graph: who delegates to whom, for which paths.
struct Edge: Sendable {
  var from: ExactText
  var to: ExactText
  var paths: [String] = ["*"]
  var isTerminating = false
}

struct GraphCase: CustomTestStringConvertible, Sendable {
  var testDescription: String
  var edges: [Edge]
  /// Target path and the role that lists it.
  var listed: [ExactText: ExactText] = [:]
  var sought: ExactText = "missing"
  var isFound = false
  var visited: [String]
}

extension Scene {
  mutating func delegate(_ edges: [Edge]) throws {
    var byDelegator: [(ExactText, [DelegationDraft])] = []
    for edge in edges {
      let draft = DelegationDraft(edge.to, RoleDraft(keys: [Scene.key(22)]), paths: .patterns(edge.paths), isTerminating: edge.isTerminating)
      if let at = byDelegator.firstIndex(where: { $0.0 == edge.from }) {
        byDelegator[at].1.append(draft)
      } else {
        byDelegator.append((edge.from, [draft]))
      }
    }
    for (from, drafts) in byDelegator {
      if repository.targets[from] == nil { repository.targets[from] = TargetsDraft(expires: Scene.expires) }
      repository.delegate(from: from, .roles(drafts), expires: Scene.expires)
    }
  }

  mutating func publishTargets() throws {
    try repository.publishAll()
    fetcher.serve(repository)
  }
}

@Suite struct DelegationTests {
  static let graphs: [GraphCase] = [
    GraphCase(testDescription: "one", edges: [Edge(from: "targets", to: "A")], visited: ["A"]),
    GraphCase(testDescription: "in order", edges: [Edge(from: "targets", to: "A"), Edge(from: "targets", to: "B")], visited: ["A", "B"]),
    GraphCase(
      testDescription: "depth first",
      edges: [Edge(from: "targets", to: "A"), Edge(from: "targets", to: "B"), Edge(from: "A", to: "C"), Edge(from: "A", to: "D")],
      visited: ["A", "C", "D", "B"]),
    GraphCase(
      testDescription: "a terminating role ends the search but for its own",
      edges: [
        Edge(from: "targets", to: "A"), Edge(from: "targets", to: "B"), Edge(from: "A", to: "C", isTerminating: true), Edge(from: "A", to: "D"),
        Edge(from: "C", to: "E"),
      ], visited: ["A", "C", "E"]),
    GraphCase(
      testDescription: "a terminating role for other paths ends nothing",
      edges: [Edge(from: "targets", to: "A", paths: ["*.py"], isTerminating: true), Edge(from: "targets", to: "B")], visited: ["B"]),
    GraphCase(
      testDescription: "a circle is walked once",
      edges: [
        Edge(from: "targets", to: "A"), Edge(from: "targets", to: "B"), Edge(from: "B", to: "C"), Edge(from: "C", to: "D"), Edge(from: "D", to: "B"),
        Edge(from: "D", to: "D"),
      ], visited: ["A", "B", "C", "D"]),
    GraphCase(
      testDescription: "a role of two delegators is visited where it comes first",
      edges: [Edge(from: "targets", to: "A"), Edge(from: "targets", to: "B"), Edge(from: "B", to: "C"), Edge(from: "A", to: "C")],
      visited: ["A", "C", "B"]),
    GraphCase(
      testDescription: "found through wildcards",
      edges: [
        Edge(from: "targets", to: "A", paths: ["*.doc", "*.md"]), Edge(from: "targets", to: "B", paths: ["releases/*/*"]),
        Edge(from: "B", to: "C", paths: ["releases/x/*"]), Edge(from: "B", to: "D", paths: ["releases/y/*.zip"]),
      ], listed: ["releases/y/y_v1.zip": "D"], sought: "releases/y/y_v1.zip", isFound: true, visited: ["B", "D"]),
    GraphCase(
      testDescription: "a role lists what it was not given",
      edges: [Edge(from: "targets", to: "B", paths: ["releases/*/*"]), Edge(from: "B", to: "D", paths: ["releases/y/*.zip"])],
      listed: ["releases/z/z.zip": "D"], sought: "releases/z/z.zip", visited: ["B"]),
    GraphCase(
      testDescription: "the more trusted role wins", edges: [Edge(from: "targets", to: "A"), Edge(from: "targets", to: "B")],
      listed: ["both": "A"], sought: "both", isFound: true, visited: ["A"]),
  ]

  @Test(arguments: graphs)
  func rolesAreAskedInTheOrderOfTrust(_ graph: GraphCase) async throws {
    var scene = try Scene()
    try scene.delegate(graph.edges)
    for (path, role) in graph.listed { scene.repository.addTarget(path, Array("\(path)".utf8), role: role) }
    try scene.publishTargets()
    let error = await scene.download(graph.sought)
    #expect(error?.kind == (graph.isFound ? nil : .unknownTarget))
    let asked = scene.fetcher.takeRequests().drop { $0 != "2.targets.json" }.dropFirst().filter { !$0.contains("/") }
    #expect(asked == graph.visited.map { "1.\($0).json" })
    #expect((scene.artifact(graph.sought) != nil) == graph.isFound)
    #expect(scene.trace.violations == [])
  }

  @Test func t5DelegationsAreBounded() async throws {
    var scene = try Scene()
    try scene.delegate((0..<40).map { Edge(from: "targets", to: ExactText("r\($0)")) })
    scene.repository.addTarget("last", [1], role: "r39")
    try scene.publishTargets()
    #expect(await scene.download("last")?.kind == .tooManyDelegations)
    #expect(scene.fetcher.takeRequests().filter { $0.hasPrefix("1.r") }.count == 32)
    scene.limits.delegations = 40
    #expect(await scene.download("last") == nil)
    #expect(scene.trace.violations == [])
  }

  @Test(arguments: ["?", "#", "/delegatedrole", "../delegatedrole", "..", ".", "%2e%2e", "a b", "é", "\u{01}\n", String(repeating: "x/", count: 400)])
  func namesOfRolesAndTargetsAreQuotedWhole(_ name: String) async throws {
    var scene = try Scene()
    try scene.delegate([Edge(from: "targets", to: ExactText(name), paths: [String(repeating: "*/", count: 0) + "*", name])])
    scene.repository.addTarget(ExactText(name), Array("content".utf8), role: ExactText(name))
    try scene.publishTargets()
    #expect(await scene.download(ExactText(name)) == nil)
    let quoted = Quoting.requested(Array(name.utf8))
    #expect(scene.fetcher.takeRequests().contains("1.\(quoted).json"))
    #expect(scene.trusted.count == 5)
    #expect(scene.artifact(ExactText(name)) == Array("content".utf8))
    // Nothing of it lies anywhere else.
    #expect(try scene.files.list("/state") == ["artifacts", "tuf"])
    #expect(try scene.files.list(Scene.artifacts).count == 1)
    #expect(try scene.files.list("/") == ["state"])
  }

  @Test(arguments: [ExactText.root, .timestamp, .snapshot, .targets, ""])
  func aDelegatedRoleCannotTakeTheNameOfATopLevelRole(_ name: ExactText) async throws {
    var scene = try Scene()
    let root = scene.stored(.root)
    scene.repository.targets[.targets]?.delegations = .roles([DelegationDraft(name, RoleDraft(keys: [Scene.key(22)]))])
    try scene.publish(.targets, .snapshot, .timestamp)
    #expect(await scene.download("x")?.kind == .malformed)
    #expect(scene.stored(.root) == root)
  }

  @Test(arguments: [1, 4, 5, 8])
  func hashBinsHoldEachPathInOne(_ bits: Int) async throws {
    var scene = try Scene()
    scene.repository.delegate(.bins(RoleDraft(keys: [Scene.key(23)]), bits: bits, prefix: "bin"), expires: Scene.expires)
    let path: ExactText = "dir/file.txt"
    let number = Digests.sha256(path.utf8).prefix(4).reduce(UInt32(0)) { $0 << 8 | UInt32($1) } >> UInt32(32 - bits)
    let bin = HashBins.name("bin", bits: bits, number: number)
    scene.repository.addTarget(path, [1, 2, 3], role: bin)
    try scene.publishTargets()
    #expect(await scene.download(path) == nil)
    #expect(scene.trusted.filter { $0.hasPrefix("bin-") } == ["\(bin) 1"])
  }

  @Test func pathsMayBeDelegatedByTheBeginningOfTheirHash() async throws {
    var scene = try Scene()
    let path: ExactText = "file.txt"
    let digits = hexText(Digests.sha256(path.utf8))
    scene.repository.delegate(
      .roles([
        DelegationDraft("other", RoleDraft(keys: [Scene.key(22)]), paths: .hashPrefixes(["zz", digits + "0"])),
        DelegationDraft("right", RoleDraft(keys: [Scene.key(22)]), paths: .hashPrefixes(["ffff0", String(digits.prefix(3))])),
      ]), expires: Scene.expires)
    scene.repository.addTarget(path, [1], role: "right")
    try scene.publishTargets()
    #expect(await scene.download(path) == nil)
    #expect(!scene.fetcher.takeRequests().contains("1.other.json"))
  }
}
