import AgentSystem
import AgentSystemHost
import Evergreen
import ReleaseSlots
import Releases
import SimulatedWorld
import Testing
import World

/// Every refusal that the table names for an operation on releases, met for real, with words that say what to do.
@Suite struct ReleaseRefusalTests {
  typealias B = ReleaseBench

  /// One way to a refusal: a machine, what is done to it first, and what is asked then.
  struct Way: Sendable, CustomTestStringConvertible {
    var reason: Refusal.Reason
    var words: String
    var settings: @Sendable (inout ReleaseSlots.Settings) -> Void = { _ in }
    var operation: @Sendable (ReleaseBench, UpdaterGeneration) async throws -> PrivilegedOperation
    var testDescription: String { "\(reason)" }
  }

  static let ways: [Way] = [
    Way(reason: .staleUpdater, words: "was replaced by updater") { bench, by in
      _ = try await bench.takeOver()
      return .clearFailedRelease(B.two.version, by: by)
    },
    Way(reason: .notDownloaded, words: "fetch it") { _, by in B.two.install(by: by) },
    Way(reason: .badRelease, words: "the bundle is refused") { bench, by in
      let release = BenchRelease("4.2.0.0") { $0[0] ^= 1 }
      try bench.download(release)
      return release.install(by: by)
    },
    Way(reason: .noRoom, words: "or more") { bench, by in
      try bench.download(B.two)
      // Room for the Agent System's own record, and not for a release.
      bench.files.setCapacity(Int.max - Int(try bench.files.freeSpace("/")) + 15_000)
      return B.two.install(by: by)
    },
    Way(reason: .floorMissing, words: "must run 4.1.5.0 first") { bench, by in
      let release = BenchRelease("4.2.0.0", floors: ["4.1.5.0"])
      try bench.download(release)
      return release.install(by: by)
    },
    Way(reason: .wrongPlatform, words: "order the release for") { bench, by in
      let release = BenchRelease(
        "4.2.0.0", platform: ReleasePlatform(os: "linux", arch: ReleasePlatform.current.arch == "x86_64" ? "aarch64" : "x86_64"))
      try bench.download(release)
      return release.install(by: by)
    },
    Way(reason: .olderRelease, words: "the only way back is a rollback") { _, by in BenchRelease("4.0.9.0").install(by: by) },
    Way(reason: .alreadyActive, words: "runs already") { _, by in B.one.install(by: by) },
    Way(reason: .alreadyActive, words: "runs already") { _, by in .activateRelease(B.one.version, by: by) },
    Way(reason: .failedBefore, words: "after an operator clears it") { bench, by in
      let release = BenchRelease("4.2.0.0") { $0[0] ^= 1 }
      try bench.download(release)
      #expect(try await bench.ask(release.install(by: by)).refusal == .badRelease)
      return B.two.install(by: by)
    },
    Way(reason: .reinstallNeeded, words: "Reinstall", settings: { $0.isFIPS = true }, operation: { _, by in B.two.install(by: by) }),
    Way(reason: .unknownRelease, words: "4.2.0.0 is not installed") { _, by in .activateRelease(B.two.version, by: by) },
    Way(reason: .unknownRelease, words: "4.2.0.0 is not installed") { _, by in .removeRelease(B.two.version, by: by) },
    Way(reason: .releaseInUse, words: "it stays") { _, by in .removeRelease(B.one.version, by: by) },
    Way(reason: .updateUnderWay, words: "wait for its end") { bench, by in
      for release in [B.two, B.three] {
        try bench.download(release)
        #expect(try await bench.ask(release.install(by: by)) == .done)
      }
      #expect(try await bench.ask(.activateRelease(B.two.version, by: by)) == .done)
      return .activateRelease(B.three.version, by: by)
    },
    Way(reason: .noTrial, words: "no trial is open") { _, by in .commitRelease(B.two.version, B.evidence, by: by) },
    Way(reason: .noTrial, words: "no trial is open") { bench, _ in .commitRelease(B.three.version, B.evidence, by: try await bench.tryOut(B.two)) },
    Way(reason: .outOfRange, words: "reached the cloud") { bench, _ in
      let by = try await bench.tryOut(B.two)
      return .commitRelease(B.two.version, TrialEvidence(healthySeconds: 600, probes: 20, endToEndProbes: 0), by: by)
    },
    Way(reason: .nothingToGoBackTo, words: "ran no other before") { _, by in .rollBackRelease(reason: "r", by: by) },
    Way(reason: .badRelease, words: "was changed") { bench, by in
      try bench.download(B.two)
      #expect(try await bench.ask(B.two.install(by: by)) == .done)
      bench.files.corrupt("\(B.root)/releases/\(B.two.slot)/bin/connectord", byte: 0)
      return .activateRelease(B.two.version, by: by)
    },
  ]

  @Test(arguments: ways) func isRefusedByType(_ way: Way) async throws {
    let bench = try await B.seeded(settings: way.settings)
    let operation = try await way.operation(bench, try await bench.takeOver())
    let before = try await bench.status()
    let answer = try await bench.ask(operation)
    #expect(answer.refusal == way.reason)
    if case .refused(let refusal) = answer { #expect(refusal.detail.contains(way.words), "\(refusal.detail)") }
    #expect(operation.kind.rule.errors.contains(way.reason), "the table does not name it")
    // Nothing was done, except that a release which is itself at fault is noted as such.
    var after = try await bench.status()
    if way.reason == .badRelease { after.failed = before.failed }
    #expect(after == before)
  }

  /// Nothing in the table is a promise that no test has seen. `interrupted` and `noReleaseLayout` have tests of their own.
  @Test func everyRefusalOfTheTableIsMet() {
    let named = PrivilegedOperation.Kind.ofReleases.reduce(into: Set<Refusal.Reason>()) { $0.formUnion($1.rule.errors) }
    #expect(named.subtracting(Self.ways.map(\.reason)) == [.interrupted, .noReleaseLayout])
  }

  /// The setting names a folder, but nothing was ever installed there.
  @Test func anEmptyReleaseFolderIsNoLayout() async throws {
    let bench = ReleaseBench()
    try bench.files.makeDirectory(Bench.directory, mode: 0o700)
    try await bench.startService()
    for operation in [PrivilegedOperation.takeOverUpdates, .releaseStatus, B.two.install(by: UpdaterGeneration(1))] {
      #expect(try await bench.ask(operation).refusal == .noReleaseLayout)
    }
  }
}
