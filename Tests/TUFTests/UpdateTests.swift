import SimulatedWorld
import StrictJSON
import TUF
import TUFRepository
import Testing
import World

/// What an update asks for, in which order, and what it leaves on disk.
@Suite struct UpdateTests {
  @Test func aFirstRefreshAsksForEachRoleOnceAndStoresTheBytesReceived() async throws {
    let scene = try Scene()
    // Bytes that no serializer of ours would write.
    let odd = (scene.repository.metadata["timestamp.json"] ?? []) + [0x20, 0x0a]
    scene.fetcher.put(MemoryFetcher.metadataURL + "timestamp.json", odd)
    #expect(await scene.refresh() == nil)
    #expect(scene.fetcher.takeRequests() == ["2.root.json", "timestamp.json", "1.snapshot.json", "1.targets.json"])
    #expect(scene.trusted == ["root 1", "snapshot 1", "targets 1", "timestamp 1"])
    #expect(scene.stored(.timestamp) == odd)
    for role in [ExactText.snapshot, .targets] { #expect(scene.stored(role) == scene.repository.metadata["1.\(role).json"]) }
  }

  @Test func aRefreshWithNothingNewAsksForRootAndTimestampOnly() async throws {
    let scene = try Scene()
    #expect(await scene.refresh() == nil)
    _ = scene.fetcher.takeRequests()
    #expect(await scene.refresh() == nil)
    #expect(scene.fetcher.takeRequests() == ["2.root.json", "timestamp.json"])
  }

  @Test func withoutConsistentSnapshotsOnlyTheRootHasAVersionInItsName() async throws {
    let scene = try Scene(consistent: false)
    #expect(await scene.download("one.txt") == nil)
    #expect(
      scene.fetcher.takeRequests() == ["2.root.json", "timestamp.json", "snapshot.json", "targets.json", MemoryFetcher.targetsURL + "one.txt"])
  }

  @Test func nothingIsAskedForWithoutATrustedRoot() async throws {
    let scene = try Scene()
    try scene.files.remove(scene.store.path(.root))
    #expect(await scene.refresh()?.kind == .noTrustedRoot)
    #expect(scene.fetcher.takeRequests() == [])
  }

  @Test(arguments: ["unsigned", "another signature", "no version", "cut off"])
  func t2AFirstRootThatIsNoneIsNotAcceptedAndNotUsed(_ fault: String) async throws {
    let scene = try Scene()
    var signed = scene.repository.signed(.root)
    var bytes = try SigningKey.sign(signed, with: fault == "unsigned" ? [] : [Scene.key(fault == "another signature" ? 9 : 1)])
    if fault == "no version" {
      signed["version"] = nil
      bytes = try SigningKey.sign(signed, with: [Scene.key(1)])
    }
    if fault == "cut off" { bytes.removeLast() }
    #expect(throws: TrustError.self) { try scene.store.begin(root: bytes) }
    try scene.files.replace(scene.store.path(.root), with: bytes, mode: 0o644, step: "test")
    #expect(await scene.refresh()?.kind == .noTrustedRoot)
    #expect(scene.fetcher.takeRequests() == [])
  }

  @Test func aDownloadRefreshesFirstAlsoWhenTheTargetIsUnknown() async throws {
    let scene = try Scene()
    #expect(await scene.download("nothing.txt")?.kind == .unknownTarget)
    #expect(scene.fetcher.takeRequests() == ["2.root.json", "timestamp.json", "1.snapshot.json", "1.targets.json"])
    #expect(scene.trusted == ["root 1", "snapshot 1", "targets 1", "timestamp 1"])
  }

  @Test func unknownMembersAreSignedOverAndKept() async throws {
    var scene = try Scene()
    scene.repository.rootExtras = ["x-custom": ["a": [1, 2, "\u{7f}é\"\\"], "b": .null, "c": -5], "ä": "\u{01}"]
    try scene.publish(.root)
    #expect(await scene.refresh() == nil)
    #expect(scene.trusted == ["root 2", "snapshot 1", "targets 1", "timestamp 1"])
  }

  @Test func metadataOfAnotherVersionTheRepositoryHasNotListedIsNotAskedFor() async throws {
    var scene = try Scene()
    #expect(await scene.refresh() == nil)
    _ = scene.fetcher.takeRequests()
    // A newer snapshot that no timestamp lists yet.
    try scene.publish(.targets, .snapshot)
    #expect(await scene.refresh() == nil)
    #expect(scene.fetcher.takeRequests() == ["2.root.json", "timestamp.json"])
    #expect(scene.version(.snapshot) == 1)
  }

  @Test func t3ATimestampOfTheSameVersionWithOtherContentIsNotTaken() async throws {
    var scene = try Scene()
    #expect(await scene.refresh() == nil)
    let before = scene.stored(.timestamp)
    scene.repository.timestampMeta = ["version": 100]
    scene.repository.store(.timestamp, 1, try SigningKey.sign(scene.repository.signed(.timestamp), with: [Scene.key(2)]))
    scene.fetcher.serve(scene.repository)
    _ = scene.fetcher.takeRequests()
    #expect(await scene.refresh() == nil)
    #expect(scene.fetcher.takeRequests() == ["2.root.json", "timestamp.json"])
    #expect(scene.stored(.timestamp) == before)
  }

  @Test func t6ASnapshotOnDiskWithAnotherHashThanListedIsFetchedAnew() async throws {
    var scene = try Scene(hashes: true)
    #expect(await scene.refresh() == nil)
    // The same version, signed anew with more space: only the hash tells.
    let again = (scene.repository.metadata["1.snapshot.json"] ?? []) + [0x0a]
    scene.repository.store(.snapshot, 1, again)
    scene.repository.timestampMeta = scene.repository.meta(1, again)
    try scene.publish(.timestamp)
    _ = scene.fetcher.takeRequests()
    #expect(await scene.refresh() == nil)
    #expect(scene.fetcher.takeRequests() == ["2.root.json", "timestamp.json", "1.snapshot.json"])
    #expect(scene.stored(.snapshot) == again)
  }

  @Test(arguments: [ExactText.timestamp, .snapshot, .targets])
  func t9DamagedMetadataOnDiskIsFetchedAnew(_ role: ExactText) async throws {
    let scene = try Scene()
    #expect(await scene.refresh() == nil)
    scene.files.corrupt(scene.store.path(role), byte: 40)
    #expect(await scene.refresh() == nil)
    #expect(scene.trusted == ["root 1", "snapshot 1", "targets 1", "timestamp 1"])
    #expect(scene.stored(role) == scene.repository.metadata[role == .timestamp ? "timestamp.json" : "1.\(role).json"])
  }
}
