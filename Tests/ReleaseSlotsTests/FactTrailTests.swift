import ReleaseSlots
import Releases
import SimulatedWorld
import Testing
import TrustCheckers
import World

/// The trail of one machine, as releases of any age add to it and read it.
@Suite struct FactTrailTests {
  private static let start = WallTime(seconds: 1_800_000_000)
  private static let began = TrustFact(.cycleBegan(TrustFact.Limits(rootSteps: 1, delegations: 2)), at: start)
  private let files = MemoryFiles()
  private var trail: FactTrail { FactTrail(files: files, root: "/r") }

  init() throws { try files.makeDirectory("/r", mode: 0o755) }

  @Test func `What is done with metadata stands in a file of its own, whole and in order`() throws {
    let facts = [Self.began, TrustFact(.looked(stale: .milliseconds(1_500), isFresh: false), at: Self.start)]
    for fact in facts { trail.add(fact) }
    trail.add(UpdateFact(.downloaded, at: Self.start))
    #expect(trail.trustFacts.facts == facts && !trail.trustFacts.isTorn)
    #expect(trail.facts.map(\.kind) == [.downloaded])
    #expect(try files.list("/r") == ["facts.jsonl", "trust.jsonl"])
  }

  /// A trail of before there were facts of metadata; one whose files were mixed up; one of a newer release.
  @Test func `Lines that a reader does not know are left out, by either reader`() throws {
    #expect(trail.trustFacts.facts == [] && trail.facts == [])
    trail.add(UpdateFact(.downloaded, at: Self.start))
    #expect(trail.trustFacts.facts == [])
    trail.add(Self.began)
    let (updates, trust) = (try files.read("/r/facts.jsonl"), try files.read("/r/trust.jsonl"))
    let newer = Array(#"{"at":"2027-01-15T08:00:00.000000Z","what":{"somethingNew":{}}}"#.utf8) + [10]
    for path in ["/r/facts.jsonl", "/r/trust.jsonl"] {
      try files.replace(path, with: updates + trust + newer + trust.dropLast(5), mode: 0o600, step: "test")
    }
    #expect(trail.facts.map(\.kind) == [.downloaded])
    #expect(trail.trustFacts.facts == [Self.began])
  }

  @Test func `It stays within its bound, and says where its beginning is lost`() throws {
    let line = Array("{}\n".utf8)
    try files.replace(
      "/r/trust.jsonl", with: Array(repeatElement(line, count: Int(FactTrail.largest) / line.count + 1).joined()), mode: 0o600, step: "test")
    // Not in the middle of an update of metadata.
    trail.add(TrustFact(.cycleEnded, at: Self.start))
    #expect(try files.info("/r/trust.1.jsonl") == nil)
    trail.add(Self.began)
    #expect(try files.info("/r/trust.1.jsonl")?.size ?? 0 > FactTrail.largest)
    #expect(trail.trustFacts.facts.map(\.what) == [.cycleEnded, Self.began.what])
    #expect(trail.trustFacts.isTorn)
  }
}
