import SimulatedWorld
import StrictJSON
import TUF
import TUFRepository
import Testing
import World

/// Metadata changed at random, the same for each seed: nothing traps, and no change of what is signed is believed (T1).
@Suite struct MutationTests {
  private static func mutate(_ bytes: [UInt8], _ random: SeededRandom) -> [UInt8] {
    var bytes = bytes
    let pieces = [
      "{", "}", "[", "]", "\"", ",", ":", "\\", "\\u0000", "\\ud800", "-", "0", "9223372036854775808", "null", "1.5", " ", "\u{0}", "true",
      "\"_type\":",
    ]
    for _ in 0...random.below(3) {
      guard !bytes.isEmpty else { break }
      let at = Int(random.below(UInt64(bytes.count)))
      let length = min(bytes.count - at, Int(random.below(24)))
      switch random.below(7) {
      case 0: bytes[at] ^= 1 << UInt8(random.below(8))
      case 1: bytes[at] = UInt8(truncatingIfNeeded: random.next())
      case 2: bytes.removeSubrange(at..<at + length)
      case 3: bytes.insert(contentsOf: Array(bytes[at..<at + length]), at: Int(random.below(UInt64(bytes.count))))
      case 4: bytes.insert(contentsOf: Array(pieces[Int(random.below(UInt64(pieces.count)))].utf8), at: at)
      case 5: bytes.removeLast(min(bytes.count, Int(random.below(64))))
      default: bytes.replaceSubrange(at..<at + length, with: Array(pieces[Int(random.below(UInt64(pieces.count)))].utf8))
      }
    }
    return bytes
  }

  private static func samples() throws -> [[UInt8]] {
    var scene = try Scene(hashes: true)
    try scene.delegate([Edge(from: "targets", to: "A", paths: ["a/*", "[b-d]?.zip"])])
    scene.repository.addTarget("x", [1], custom: ["n": [1, "\u{1}\"é"]])
    try scene.publishTargets()
    return ["1.root.json", "timestamp.json", "2.snapshot.json", "2.targets.json", "1.A.json"].compactMap { scene.repository.metadata[$0] }
  }

  @Test(arguments: 0..<8)
  func nothingTraps(_ seed: Int) throws {
    let random = SeededRandom(seed: UInt64(seed))
    for sample in try Self.samples() {
      for _ in 0..<120 { Self.mutate(sample, random).withUnsafeBytes { fuzzMetadata($0) } }
    }
    for _ in 0..<200 {
      let length = Int(random.below(60))
      random.bytes(length).withUnsafeBytes {
        fuzzMetadata($0)
        fuzzPathPattern($0)
      }
    }
  }

  /// Whatever is accepted has the very signed part that the repository signed.
  @Test(arguments: 0..<4)
  func t1NoChangeOfTheSignedPartIsBelieved(_ seed: Int) throws {
    let random = SeededRandom(seed: 100 + UInt64(seed))
    let samples = try Self.samples()
    let root = samples[0]
    let timestamp = samples[1]
    let signed = try #require(try JSONTree.parse(timestamp).top["signed"]).canonical()
    let set = try TrustedSet(trustedRoot: root, start: Scene.start, limits: TrustLimits())
    var believed = 0
    for _ in 0..<400 {
      let changed = Self.mutate(timestamp, random)
      var copy = set
      guard (try? copy.updateTimestamp(changed)) == true else { continue }
      believed += 1
      #expect(try JSONTree.parse(changed).top["signed"]?.canonical() == signed)
    }
    let signedRoot = try #require(try JSONTree.parse(root).top["signed"]).canonical()
    for _ in 0..<400 {
      let changed = Self.mutate(root, random)
      guard (try? TrustedSet(trustedRoot: changed, start: Scene.start, limits: TrustLimits())) != nil else { continue }
      #expect(try JSONTree.parse(changed).top["signed"]?.canonical() == signedRoot)
    }
    // Space and unsigned members may change.
    #expect(believed < 400)
  }
}
