import Foundation
import SimulatedWorld
import StrictJSON
import TUF
import TUFRepository
import Testing
import TrustCheckers
import World

/// The checkers over what the real client tells, and over what it would tell if it were wrong: a checker that catches nothing is a defect.
@Suite struct TrustCheckerTests {
  @Test(arguments: 1...40)
  func `Nothing goes against an invariant in a random run of good and attacked updates`(_ seed: Int) async throws {
    var run = try RandomRun(seed: UInt64(seed))
    for step in 1...15 {
      let failed = try await run.step()
      #expect(failed == nil, "step \(step): \(failed?.description ?? "")")
      #expect(run.scene.trace.violations == [], "step \(step)")
      if failed != nil { return }
    }
    #expect(run.refused > 0)
    let facts = run.scene.trace.facts
    for length in stride(from: 0, to: facts.count, by: 37) { #expect(TrustCheckers.check(Array(facts.prefix(length))) == []) }
  }

  /// Delegations, a rotation that takes versions back, an artifact: everything that the mutants need.
  static func good() async throws -> [TrustFact] {
    var scene = try Scene(hashes: true)
    try scene.delegate([Edge(from: "targets", to: "A")])
    scene.repository.addTarget("t", Array("new".utf8), role: "A")
    try scene.publishTargets()
    #expect(await scene.download("t") == nil)
    scene.trace.say(.timeKept(scene.start), at: scene.start)
    for role in [ExactText.timestamp, .snapshot] { scene.repository.roles[role] = RoleDraft(keys: [Scene.key(40)]) }
    scene.repository.versions[.timestamp] = 0
    scene.repository.versions[.snapshot] = 0
    scene.repository.targets[.targets]?.version = 0
    try scene.publish(.root, .targets, .snapshot, .timestamp)
    scene.start = scene.start + .seconds(60)
    scene.trace.say(.everythingWorks(true), at: scene.start)
    #expect(await scene.refresh() == nil)
    #expect(scene.version(.timestamp) == 1)
    scene.trace.say(.timeKept(scene.start), at: scene.start)
    let digest = Hex.encode(Digests.sha256(Array("new".utf8)))
    scene.trace.say(.ordered(version: "4.1.0.0"), at: scene.start)
    scene.trace.say(.installed(version: "4.1.0.0", sha256: digest), at: scene.start)
    #expect(scene.trace.violations == [])
    return scene.trace.facts
  }

  @Test(arguments: TrustMutant.all)
  func `A client that is wrong is caught by the checker of what it breaks`(_ mutant: TrustMutant) async throws {
    let facts = try await Self.good()
    let wrong = mutant.change(facts)
    #expect(wrong != facts, "the mutant changes nothing")
    let found = TrustCheckers.check(mutant.breaks, wrong)
    #expect(!found.isEmpty)
  }

  @Test func `Every invariant has a mutant`() {
    #expect(Set(TrustMutant.all.map(\.breaks)).union([.freeze]) == Set(TrustInvariant.allCases))
  }

  /// The trail is JSON lines: what is read back is what was told.
  @Test func `Facts survive their text form`() async throws {
    for fact in try await Self.good() {
      let line = try JSONEncoder().encode(fact)
      #expect(try JSONDecoder().decode(TrustFact.self, from: line) == fact)
    }
  }

  // MARK: Faults of what the client stands on

  /// A fetcher that does not keep to the limit.
  private struct Greedy: RepositoryFetcher {
    var inner: MemoryFetcher
    func fetch(_ request: FetchRequest, to sink: any ByteSink) async throws(FetchError) {
      try await inner.fetch(FetchRequest(url: request.url, limit: .max / 4), to: sink)
    }
  }

  @Test func `T5 finds a fetcher that reads more than it may`() async throws {
    var scene = try Scene()
    scene.limits.timestampBytes = 100
    var client = TrustClient(
      store: scene.store, metadataURL: MemoryFetcher.metadataURL, fetcher: Greedy(inner: scene.fetcher), limits: scene.limits,
      observer: scene.trace.add)
    await #expect(throws: TrustError.self) { try await client.refresh(start: Scene.start) }
    #expect(scene.trace.violations.map(\.invariant) == [.t5])
  }

  @Test func `T2 and T3 find a disk that was put back to what it was`() async throws {
    var scene = try Scene()
    #expect(await scene.refresh() == nil)
    let before = try scene.files.list(Scene.folder).map { ($0, try scene.files.read(Scene.folder + "/" + $0)) }
    try scene.publish(.root, .targets, .snapshot, .timestamp)
    #expect(await scene.refresh() == nil)
    for (name, bytes) in before { try scene.files.replace(Scene.folder + "/" + name, with: bytes, mode: 0o644, step: "test") }
    #expect(await scene.refresh() == nil)
    #expect(Set(scene.trace.violations.map(\.invariant)) == [.t2, .t3])
  }

  @Test func `T4 finds an update that begins before a time that was kept`() async throws {
    var scene = try Scene()
    #expect(await scene.refresh() == nil)
    scene.trace.say(.timeKept(scene.start), at: scene.start)
    scene.start = scene.start + .seconds(-1)
    #expect(await scene.refresh() == nil)
    #expect(scene.trace.violations.map(\.invariant) == [.t4])
    #expect(TrustCheckers.check(scene.trace.facts + [TrustFact(.timeLost, at: scene.start)]).count == 1)
  }

  @Test func `T9 finds a repository that is called good and is not, and a root that is gone`() async throws {
    let scene = try Scene()
    #expect(await scene.refresh() == nil)
    scene.trace.say(.everythingWorks(true), at: scene.start)
    scene.fetcher.put(MemoryFetcher.metadataURL + "timestamp.json", nil)
    #expect(await scene.refresh() != nil)
    scene.trace.say(.everythingWorks(false), at: scene.start)
    try scene.files.remove(scene.store.path(.root))
    #expect(await scene.refresh()?.kind == .noTrustedRoot)
    #expect(scene.trace.violations.map(\.invariant) == [.t9, .t9])
  }

  // MARK: Freeze

  private static let hour: Int64 = 3_600

  private func told(_ facts: [(hour: Int64, TrustFact.What)]) -> [TrustViolation] {
    var bounds = TrustBounds()
    bounds.freezeAfter = .seconds(24 * Self.hour)
    bounds.pollEvery = .seconds(Self.hour)
    return TrustCheckers.check(.freeze, facts.map { TrustFact($0.1, at: Scene.start + .seconds($0.hour * Self.hour)) }, bounds)
  }

  private func look(_ stale: Int64) -> TrustFact.What { .looked(stale: .seconds(stale * Self.hour), isFresh: stale == 0) }

  @Test func `A freeze that lasts is told within one poll, once for each time`() {
    let quiet = (0..<24).map { ($0, look($0)) }
    #expect(told(quiet) == [])
    #expect(told(quiet + [(24, look(24)), (25, .freezeSuspected), (26, look(26)), (99, look(99))]) == [])
    #expect(told(quiet + [(24, look(24)), (25, look(25)), (26, look(26))]).map(\.index) == [26])
    #expect(told(quiet + [(24, look(24)), (26, .freezeSuspected)]).count == 1, "too late")
    #expect(told(quiet + [(24, look(24)), (26, look(26)), (27, look(27)), (99, look(99))]).count == 1, "found once")
    #expect(told(quiet + [(24, look(24))]) == [], "a prefix of a good trace")
    // A newer timestamp ends it; the next freeze needs a word of its own.
    let over: [(Int64, TrustFact.What)] = [(24, look(24)), (24, .freezeSuspected), (30, look(0)), (54, look(24)), (56, look(26))]
    #expect(told(quiet + over).count == 1)
    #expect(told(quiet + over.dropLast() + [(55, .freezeSuspected), (56, look(26))]) == [])
  }

  // MARK: Traces that begin in the middle

  @Test func `What was before a torn trace is held against nobody`() async throws {
    let facts = try await Self.good()
    var bounds = TrustBounds()
    bounds.isTorn = true
    for start in facts.indices {
      let found = TrustCheckers.check(Array(facts[start...]), bounds)
      #expect(found == [], "from fact \(start)")
    }
  }
}
