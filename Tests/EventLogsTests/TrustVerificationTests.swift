import EventLogs
import EvergreenCheckers
import Testing
import TrustCheckers
import World

/// T1 to T6 and T9 of a release folder: held, broken, and not checked.
@Suite struct TrustVerificationTests {
  private static let expires = Told.start + .seconds(86_400)
  private static let signed = TrustFact.Signed(valid: 1, needed: 1)
  private static let digest = String(repeating: "ab", count: 32)
  private static let content = TrustFact.Content(length: 3, digests: ["sha256": digest])

  private static func role(
    _ name: String, signed: TrustFact.Signed = signed, version: Int64 = 2, expires: WallTime = expires, lists: [String: Int64] = [:]
  ) -> TrustFact.What {
    let listed = lists.mapValues { TrustFact.Listed(version: $0, content: TrustFact.Content(length: nil, digests: nil)) }
    return .role(
      TrustFact.Role(
        name, version: version, expires: expires, use: .accepted, signed: signed, by: "root", byVersion: 1, content: content, lists: listed))
  }

  /// An update of metadata of a live connector, and a bundle.
  private static let good: [TrustFact.What] = [
    .cycleBegan(TrustFact.Limits(rootSteps: 4, delegations: 4)), .rootLoaded(TrustFact.Root(version: 1, expires: expires, own: signed)),
    .rootUsed(version: 1, expires: expires), .read(TrustFact.Read("timestamp", bytes: 3, limit: 9, listed: nil, setting: 9)),
    role("timestamp", lists: ["snapshot": 2]), role("snapshot", lists: ["targets": 2]), role("targets"), .cycleEnded, .timeKept(Told.start),
    .targetFound(TrustFact.Target("t", role: "targets", roleVersion: 2, content: content)),
    .artifactVerified(TrustFact.Target("t", content: content)),
    .artifactActivated(TrustFact.Target("t", content: content)),
    .cycleBegan(TrustFact.Limits(rootSteps: 4, delegations: 4)), .rootLoaded(TrustFact.Root(version: 1, expires: expires, own: signed)),
    .cycleFailed(kind: "fetch", subject: "root"),
  ]

  private static func verdicts(_ facts: [TrustFact.What], isTorn: Bool = false) -> [InvariantVerdict] {
    var input = VerificationInput(Told.log([]))
    input.updates = [
      VerificationInput.Updates(
        connector: "c1.lab", facts: [], bounds: EvergreenBounds(), trust: facts.map { TrustFact($0, at: Told.start) }, isTorn: isTorn)
    ]
    return Verification(input).invariants
  }

  private static func standing(_ id: String, _ facts: [TrustFact.What], isTorn: Bool = false) -> InvariantVerdict.Standing? {
    verdicts(facts, isTorn: isTorn).first { $0.id == id }?.standing
  }

  private static func changed(_ index: Int, _ what: TrustFact.What) -> [TrustFact.What] {
    var facts = good
    facts[index] = what
    return facts
  }

  @Test func `A good trail holds what it puts to the test`() {
    let verdicts = Self.verdicts(Self.good)
    #expect(verdicts.filter { $0.standing == .held }.map(\.id) == ["T1", "T2", "T3", "T4", "T5", "T6", "T9"])
    #expect(verdicts.first { $0.id == "T10" }?.why?.contains("which order") == true)
    #expect(verdicts.allSatisfy { $0.violations == [] })
  }

  @Test func `What does not stand there is not checked`() {
    let none = Verification(VerificationInput(Told.log([]))).invariants
    for id in ["T1", "T2", "T3", "T4", "T5", "T6", "T9", "T10"] {
      #expect(none.first { $0.id == id }?.standing == .notChecked && none.first { $0.id == id }?.why?.contains("release folder") == true)
      #expect(Self.standing(id, [.timeKept(Told.start)]) == .notChecked, "\(id)")
    }
  }

  @Test func `What breaks one is found, with its time and its connector`() {
    let broken: [(String, [TrustFact.What])] = [
      ("T1", Self.changed(6, Self.role("targets", signed: TrustFact.Signed(valid: 1, needed: 2)))),
      ("T1", Self.good.filter { if case .artifactVerified = $0 { false } else { true } }),
      ("T2", Self.changed(13, .rootLoaded(TrustFact.Root(version: 0, expires: Self.expires, own: Self.signed)))),
      ("T3", Self.good + [Self.role("timestamp", version: 1)]),
      ("T4", Self.changed(6, Self.role("targets", expires: Told.start))), ("T4", Self.good + [.timeKept(Told.start + .seconds(-1))]),
      ("T5", Self.changed(3, .read(TrustFact.Read("timestamp", bytes: 10, limit: 9, listed: nil, setting: 9)))),
      ("T6", Self.changed(5, Self.role("snapshot", version: 3, lists: ["targets": 2]))),
      ("T9", Self.changed(14, .cycleFailed(kind: "noTrustedRoot", subject: "root"))),
    ]
    for (id, facts) in broken {
      let verdict = Self.verdicts(facts).first { $0.id == id }
      #expect(verdict?.standing == .broken, "\(id)")
      #expect(verdict?.violations.first?.connector == "c1.lab" && verdict?.violations.first?.time == Told.start, "\(id)")
    }
  }

  @Test func `What may rest on a beginning that is lost is held against nobody`() {
    let late = Array(Self.good.dropFirst(10))
    #expect(Self.standing("T1", late) == .broken)
    #expect(Self.standing("T1", late, isTorn: true) == .held)
  }
}
