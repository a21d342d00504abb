import Releases
import SimulatedWorld
import Testing
import World

/// Manifests changed at random, the same for each seed: nothing traps, and whatever is accepted keeps to the rules (`fuzzManifest`).
@Suite struct ManifestMutationTests {
  private static let pieces = [
    "{", "}", "[", "]", "\"", ",", ":", "\\", "\\u0000", "-", "0", "9223372036854775808", "null", "1.5", " ", "\u{0}", "../", "/", ".", "4777", "é",
    "\"files\":", "4.370.0.1227", "bin/connectord", "RELEASE.JSON", "\"mode\":\"0755\"",
  ]

  private static func mutate(_ bytes: [UInt8], _ random: SeededRandom) -> [UInt8] {
    var bytes = bytes
    for _ in 0...random.below(3) {
      guard !bytes.isEmpty else { break }
      let at = Int(random.below(UInt64(bytes.count)))
      let length = min(bytes.count - at, Int(random.below(24)))
      let piece = Array(pieces[Int(random.below(UInt64(pieces.count)))].utf8)
      switch random.below(6) {
      case 0: bytes[at] ^= 1 << UInt8(random.below(8))
      case 1: bytes[at] = UInt8(truncatingIfNeeded: random.next())
      case 2: bytes.removeSubrange(at..<at + length)
      case 3: bytes.insert(contentsOf: Array(bytes[at..<at + length]), at: Int(random.below(UInt64(bytes.count))))
      case 4: bytes.insert(contentsOf: piece, at: at)
      default: bytes.replaceSubrange(at..<at + length, with: piece)
      }
    }
    return bytes
  }

  /// Paths that lead elsewhere, wherever a manifest names a file: none is accepted.
  @Test(arguments: ["../d", "etc/../d", "etc/..", "..", "/etc/d", "etc//d", "./d", "etc/./d", "etc/", "release.json", "a\u{0}b", "etc/\u{e9}"])
  func pathsThatLeadElsewhere_L1(_ path: String) {
    let changed = Array(ManifestTests.text().replacing("etc/d.yaml", with: path).utf8)
    changed.withUnsafeBytes { fuzzManifest($0) }
    #expect((try? ReleaseManifest(parsing: changed)) == nil)
  }

  @Test(arguments: 0..<6) func nothingTraps_L1(_ seed: Int) throws {
    let random = SeededRandom(seed: UInt64(seed))
    let sample = Array(ManifestTests.text(floors: #"["4.1.0.0","4.20.0.0"]"#, more: #","state-format":7"#).utf8)
    #expect((try? ReleaseManifest(parsing: sample)) != nil)
    var accepted = 0
    for _ in 0..<1_500 {
      let changed = Self.mutate(sample, random)
      changed.withUnsafeBytes { fuzzManifest($0) }
      if (try? ReleaseManifest(parsing: changed)) != nil { accepted += 1 }
    }
    // Some changes are harmless (a digit of a digest, a blank), most are not: both ways were taken.
    #expect(accepted > 0 && accepted < 750)
    for _ in 0..<200 { random.bytes(Int(random.below(80))).withUnsafeBytes { fuzzManifest($0) } }
  }
}
