import StrictJSON
import TUF
import TUFRepository
import Testing
import World

@Suite struct RepositoryTests {
  static let expires = WallTime(seconds: 1_900_000_000)

  private func key(_ number: UInt8) throws -> SigningKey { try #require(SigningKey.ed25519(seed: Array(repeating: number, count: 32))) }

  private func repository() throws -> Repository {
    var repository = Repository(
      keys: [.root: try key(1), .timestamp: try key(2), .snapshot: try key(3), .targets: try key(4)], expires: Self.expires)
    repository.addTarget("a/b.txt", [1, 2, 3], algorithms: [.sha256, .sha512])
    repository.delegate(.bins(RoleDraft(keys: [try key(5)]), bits: 2, prefix: "bin"), expires: Self.expires)
    try repository.publishAll()
    return repository
  }

  @Test func theSameDraftsTimesAndKeysGiveTheSameFiles() throws {
    #expect(try repository().metadata == repository().metadata)
  }

  @Test func consistentSnapshotsNameFilesAfterVersionAndHash() throws {
    let repository = try repository()
    #expect(
      repository.metadata.keys.sorted() == [
        "1.bin-0.json", "1.bin-1.json", "1.bin-2.json", "1.bin-3.json", "1.root.json", "1.snapshot.json", "1.targets.json", "timestamp.json",
      ])
    #expect(repository.artifacts.count == 2)
    #expect(repository.artifacts.keys.allSatisfy { $0.hasPrefix("a/") && $0.hasSuffix(".b.txt") })
  }

  /// The id that securesystemslib gives this key (`compute_default_keyid`).
  @Test func aKeyIDIsTheHashOfTheCanonicalPublicPart() throws {
    let key = try key(1)
    #expect(key.listed["keyval"]?["public"] == "8a88e3dd7409f195fd52db2d3cba5d72ca6709bf1d94121bf3748801b40f6f5c")
    let canonical =
      #"{"keytype":"ed25519","keyval":{"public":"8a88e3dd7409f195fd52db2d3cba5d72ca6709bf1d94121bf3748801b40f6f5c"},"scheme":"ed25519"}"#
    #expect(key.keyID == ExactText(Hex.encode(Digests.sha256(Array(canonical.utf8)))))
  }

  @Test func everyKindOfKeySignsWhatTheClientVerifies() throws {
    for key in [SigningKey.ed25519(), .p256(), try .rsa()] {
      let repository = try {
        var repository = Repository(keys: [.root: key, .timestamp: key, .snapshot: key, .targets: key], expires: Self.expires)
        try repository.publishAll()
        return repository
      }()
      let root = try #require(repository.metadata["1.root.json"])
      var set = try TrustedSet(trustedRoot: root, start: WallTime(seconds: 0), limits: TrustLimits())
      #expect(try set.updateTimestamp(try #require(repository.metadata["timestamp.json"])))
      #expect(throws: TrustError.self) {
        try TrustedSet(trustedRoot: root.map { $0 == 0x30 ? 0x31 : $0 }, start: WallTime(seconds: 0), limits: TrustLimits())
      }
    }
  }

  @Test func publishingAgainTakesTheNextVersionAndListsIt() throws {
    var repository = try repository()
    try repository.publish([.targets, .snapshot, .timestamp])
    #expect(repository.metadata["2.targets.json"] != nil)
    let snapshot = try JSONTree.parse(try #require(repository.metadata["2.snapshot.json"])).top
    #expect(snapshot["signed"]?["meta"]?["targets.json"]?["version"]?.integer == 2)
  }
}
