import SimulatedWorld
import StrictJSON
import TUF
import TUFRepository
import Testing
import TrustCheckers
import World

@Suite struct ArtifactTests {
  @Test func t1ATargetIsStoredUnderItsWholePathQuoted() async throws {
    var scene = try Scene()
    scene.repository.addTarget("path/to/a.txt", Array("content".utf8))
    try scene.publish(.targets, .snapshot, .timestamp)
    #expect(await scene.download("path/to/a.txt") == nil)
    #expect(try scene.files.list(Scene.artifacts) == ["path%2Fto%2Fa.txt"])
    let hash = hexText(Digests.sha256(Array("content".utf8)))
    #expect(scene.fetcher.takeRequests().last == MemoryFetcher.targetsURL + "path/to/\(hash).a.txt")
  }

  @Test func aTargetWithoutANameStaysInTheFolder() async throws {
    var scene = try Scene()
    scene.repository.addTarget("", Array("content".utf8))
    try scene.publish(.targets, .snapshot, .timestamp)
    #expect(await scene.download("") == nil)
    #expect(try scene.files.list(Scene.artifacts) == ["%empty"])
  }

  @Test func aTargetThatIsThereIsNotFetchedAgainUnlessItIsDamaged() async throws {
    let scene = try Scene()
    #expect(await scene.download("one.txt") == nil)
    _ = scene.fetcher.takeRequests()
    #expect(await scene.download("one.txt") == nil)
    #expect(scene.fetcher.takeRequests() == ["2.root.json", "timestamp.json"])
    scene.files.corrupt(scene.artifactStore.path("one.txt"), byte: 3)
    #expect(await scene.download("one.txt") == nil)
    #expect(scene.artifact("one.txt") == Array("the first target".utf8))
  }

  @Test(arguments: [
    ("other bytes", TrustError.Kind.wrongHash), ("longer", .fetch), ("shorter", .wrongLength), ("empty", .wrongLength), ("cut", .fetch),
    ("endless", .fetch),
    ("missing", .fetch),
  ])
  func t1AnotherFileIsNotActivatedAndWhatWasThereStays(_ fault: (String, TrustError.Kind)) async throws {
    var scene = try Scene()
    #expect(await scene.download("one.txt") == nil)
    let new = Array("the second target".utf8)
    scene.repository.addTarget("one.txt", new)
    try scene.publish(.targets, .snapshot, .timestamp)
    let url = MemoryFetcher.targetsURL + hexText(Digests.sha256(new)) + ".one.txt"
    switch fault.0 {
    case "other bytes": scene.fetcher.put(url, Array("the sec0nd target".utf8))
    case "longer": scene.fetcher.put(url, new + [0])
    case "shorter": scene.fetcher.put(url, Array(new.dropLast()))
    case "empty": scene.fetcher.put(url, [])
    case "cut": scene.fetcher.fail(url, .cut(after: 5))
    case "endless": scene.fetcher.fail(url, .endless)
    default: scene.fetcher.put(url, nil)
    }
    #expect(await scene.download("one.txt")?.kind == fault.1)
    #expect(scene.artifact("one.txt") == Array("the first target".utf8))
    #expect(try scene.files.list(Scene.artifacts) == ["one.txt"])
    scene.fetcher.fail(url, nil)
    scene.fetcher.serve(scene.repository)
    #expect(await scene.download("one.txt") == nil)
    #expect(scene.artifact("one.txt") == new)
    #expect(scene.trace.violations == [])
  }

  @Test(arguments: [Set<HashAlgorithm>([.sha256]), [.sha512], [.sha256, .sha512]])
  func t1BothHashFunctionsAreUsed(_ algorithms: Set<HashAlgorithm>) async throws {
    var scene = try Scene()
    scene.repository.addTarget("t", [1, 2, 3], algorithms: algorithms)
    try scene.publish(.targets, .snapshot, .timestamp)
    #expect(await scene.download("t") == nil)
    #expect(scene.artifact("t") == [1, 2, 3])
  }

  @Test func t1AWrongHashBesideARightOneIsRefused() async throws {
    var scene = try Scene()
    scene.repository.addTarget("t", [1, 2, 3], algorithms: [.sha256, .sha512])
    scene.repository.targets[.targets]?.targets["t"]?.hashes[.sha512] = Array(repeating: 0, count: 64)
    try scene.publish(.targets, .snapshot, .timestamp)
    #expect(await scene.download("t")?.kind == .wrongHash)
    #expect(scene.artifact("t") == nil)
  }

  @Test func t1ATargetWithHashesOfNoKnownFunctionIsRefused() async throws {
    var scene = try Scene()
    try scene.publish(.targets, .snapshot, .timestamp)
    try scene.forge(.targets, version: 2) { $0["targets"]?["one.txt"] = ["length": 16, "hashes": ["unknown": "00"]] }
    scene.fetcher.put(MemoryFetcher.targetsURL + "one.txt", Array("the first target".utf8))
    #expect(await scene.download("one.txt")?.kind == .wrongHash)
    #expect(scene.artifact("one.txt") == nil)
  }

  @Test func t5ATargetLargerThanTheSettingIsNotAskedFor() async throws {
    var scene = try Scene()
    scene.limits.artifactBytes = 10
    #expect(await scene.download("one.txt")?.kind == .wrongLength)
    #expect(scene.fetcher.takeRequests().last == "1.targets.json")
  }

  @Test func t9AFullDiskIsTold() async throws {
    let scene = try Scene()
    #expect(await scene.refresh() == nil)
    scene.files.setCapacity(0)
    #expect(await scene.download("one.txt")?.kind == .fetch)
    scene.files.setCapacity(.max)
    #expect(await scene.download("one.txt") == nil)
  }

  @Test func aTargetTellsItsRoleAndCustomMembers() async throws {
    var scene = try Scene()
    scene.repository.addTarget("t", [1], custom: ["build": 7])
    try scene.publish(.targets, .snapshot, .timestamp)
    var client = scene.client
    try await client.refresh(start: scene.start)
    let target = try await client.find("t")
    #expect(target.role == .targets)
    #expect(target.length == 1)
    #expect(target.custom?["build"]?.integer == 7)
  }
}
