import StrictJSON
import TUF
import TUFRepository
import Testing
import TrustCheckers
import World

/// Delegated roles are held to the same rules as the top-level ones.
@Suite struct DelegatedTrustTests {
  private func scene() throws -> Scene {
    var scene = try Scene()
    try scene.delegate([Edge(from: "targets", to: "A", paths: ["a/*"])])
    scene.repository.addTarget("a/first", Array("first".utf8), role: "A")
    scene.repository.addTarget("a/second", Array("second".utf8), role: "A")
    return scene
  }

  @Test func t4AnExpiredDelegatedRoleIsNotUsedAndNotKept() async throws {
    var scene = try scene()
    scene.repository.targets["A"]?.expires = Scene.start + .seconds(-1)
    try scene.publishTargets()
    #expect(await scene.refresh() == nil)
    #expect(await scene.download("a/first")?.kind == .frozen)
    #expect(scene.trusted == ["root 2", "snapshot 2", "targets 2", "timestamp 2"])
    #expect(scene.artifact("a/first") == nil)
  }

  @Test func t4ADelegatedRoleOnDiskIsUsedUntilItExpiresAndThenReplaced() async throws {
    var scene = try scene()
    scene.repository.targets["A"]?.expires = Scene.start + .seconds(7 * 86_400)
    try scene.publishTargets()
    #expect(await scene.download("a/first") == nil)
    scene.start = Scene.start + .seconds(18 * 86_400)
    #expect(await scene.download("a/second")?.kind == .frozen)
    #expect(scene.artifact("a/second") == nil)
    scene.repository.targets["A"]?.expires = Scene.expires
    try scene.publish("A", .snapshot, .timestamp)
    #expect(await scene.download("a/second") == nil)
    #expect(scene.version("A") == 2)
    #expect(scene.trace.violations == [])
  }

  @Test func t1ADelegatedRoleNeedsTheKeysOfItsDelegator() async throws {
    var scene = try scene()
    try scene.publishTargets()
    // The top-level targets key is not the role's key.
    try scene.forge("A", version: 1, keys: [Scene.key(4)])
    #expect(await scene.download("a/first")?.kind == .notSigned)
    #expect(scene.version("A") == nil)
  }

  @Test func t6ADelegatedRoleThatTheSnapshotDoesNotListIsNotUsed() async throws {
    var scene = try scene()
    try scene.repository.publish([.targets, "A"])
    scene.repository.snapshotMeta["A.json"] = nil
    try scene.publish(.snapshot, .timestamp)
    #expect(await scene.download("a/first")?.kind == .notListed)
  }

  @Test func t3ADelegatedRoleDoesNotGoBack() async throws {
    var scene = try scene()
    try scene.publishTargets()
    try scene.publish("A", .snapshot, .timestamp)
    #expect(await scene.download("a/first") == nil)
    #expect(scene.version("A") == 2)
    #expect(scene.trace.violations == [])
    try scene.list("A", version: 1)
    #expect(await scene.download("a/first")?.kind == .rollback)
    #expect(scene.version("A") == 2)
    #expect(scene.trace.violations == [])
  }

  @Test func aFailedRoleEndsTheSearchSoThatALessTrustedOneCannotAnswer() async throws {
    var scene = try Scene()
    try scene.delegate([Edge(from: "targets", to: "A"), Edge(from: "targets", to: "B")])
    scene.repository.addTarget("x", [1], role: "B")
    try scene.publishTargets()
    scene.fetcher.put(MemoryFetcher.metadataURL + "1.A.json", nil)
    #expect(await scene.download("x")?.kind == .fetch)
    #expect(scene.artifact("x") == nil)
  }

  /// Two roles delegate to one name with different keys: what one vouched for, the other does not.
  @Test func t1ARoleIsBelievedOnlyTogetherWithWhoDelegatedToIt() async throws {
    var scene = try Scene()
    try scene.delegate([Edge(from: "targets", to: "A", paths: ["x"]), Edge(from: "targets", to: "B", paths: ["y"])])
    scene.repository.targets["A"]?.delegations = .roles([DelegationDraft("C", RoleDraft(keys: [Scene.key(31)]))])
    scene.repository.targets["B"]?.delegations = .roles([DelegationDraft("C", RoleDraft(keys: [Scene.key(32)]))])
    scene.repository.targets["C"] = TargetsDraft(expires: Scene.expires)
    scene.repository.addTarget("x", [1], role: "C")
    scene.repository.addTarget("y", [2], role: "C")
    try scene.publishTargets()
    try scene.forge("C", version: 1, keys: [Scene.key(31)])
    var client = scene.client
    try await client.refresh(start: scene.start)
    #expect(try await client.find("x").role == "C")
    await #expect(throws: TrustError.self) { _ = try await client.find("y") }
  }
}
