import AgentSystem
import AgentSystemHost
import Dispatch
import EventCatalog
import Evergreen
import ReleaseSlots
import Releases
import SimulatedWorld
import Synchronization
import Testing
import World

/// An update as the WatchDog orders it, through the Agent System's own interface.
@Suite struct ReleaseTests {
  typealias B = ReleaseBench

  @Test func installActivateCommit() async throws {
    let bench = try await B.seeded()
    let updater = try await bench.tryOut(B.two)
    let open = try await bench.status()
    #expect(open.phase == .trying && open.active == B.one.slot && open.lastGood == B.one.slot && open.trial?.slot == B.two.slot)
    #expect(try await bench.ask(.commitRelease(B.two.version, B.evidence, by: updater)) == .done)
    // L8: once more, as a new request, changes nothing.
    let before = try bench.digest()
    #expect(try await bench.ask(.commitRelease(B.two.version, B.evidence, by: updater)) == .done)
    #expect(try bench.digest() == before)
    let status = try await bench.status()
    #expect(status.phase == .idle && status.active == B.two.slot && status.lastGood == B.one.slot && status.trial == nil)
    #expect(status.committed.map(\.slot) == [B.one.slot, B.two.slot] && status.installed == [B.one.slot, B.two.slot] && status.failed == [])
    try await bench.powerOn()
    #expect(bench.running?.slot == B.two.slot && bench.running?.role == .active)
    #expect(bench.stateText == "4.1.0.0;4.2.0.0;4.2.0.0;")
  }

  @Test func installActivateRollBackPutsTheStateBack() async throws {
    let bench = try await B.seeded()
    let updater = try await bench.tryOut(B.two)
    #expect(bench.stateText == "4.1.0.0;4.2.0.0;")
    #expect(try await bench.ask(.rollBackRelease(reason: "the broker does not answer", by: updater)) == .done)
    let ordered = try await bench.status()
    #expect(ordered.phase == .rollingBack && ordered.rollback?.to == B.one.slot && ordered.rollback?.reason == "the broker does not answer")
    // L7: whoever ordered it is stale from then on.
    #expect(try await bench.ask(.commitRelease(B.two.version, B.evidence, by: updater)).refusal == .staleUpdater)
    try await bench.powerOn()
    #expect(bench.running?.slot == B.one.slot)
    #expect(bench.stateText == "4.1.0.0;4.1.0.0;")
    let status = try await bench.status()
    #expect(status.phase == .idle && status.active == B.one.slot && status.trial == nil)
    #expect(status.failed.map(\.version) == [B.two.version] && status.failed.first?.isRefused == true)
    // L6: not again, until an operator says so.
    let next = try await bench.takeOver()
    #expect(try await bench.ask(.activateRelease(B.two.version, by: next)).refusal == .failedBefore)
    for _ in 0..<2 { #expect(try await bench.ask(.clearFailedRelease(B.two.version, by: next)) == .done) }
    #expect(try await bench.ask(.activateRelease(B.two.version, by: next)) == .done)
  }

  @Test func fromTheActiveReleaseToTheOneBefore() async throws {
    let bench = try await B.seeded()
    let updater = try await bench.tryOut(B.two)
    #expect(try await bench.ask(.commitRelease(B.two.version, B.evidence, by: updater)) == .done)
    #expect(try await bench.ask(.rollBackRelease(reason: "an administrator asked", by: updater)) == .done)
    try await bench.powerOn()
    #expect(bench.running?.slot == B.one.slot && bench.stateText == "4.1.0.0;4.1.0.0;")
    let now = try await bench.takeOver()
    #expect(try await bench.ask(.removeRelease(B.two.version, by: now)) == .done)
    #expect(try await bench.status().installed == [B.one.slot])
  }

  /// The bundle is used up by the installation; doing it again finds the release whole. The trial is ordered once.
  @Test func againAsANewRequestChangesNothing_L8() async throws {
    let bench = try await B.seeded()
    let updater = try await bench.takeOver()
    try bench.download(B.two)
    #expect(try await bench.ask(B.two.install(by: updater)) == .done)
    let installed = try bench.digest()
    #expect(try await bench.ask(B.two.install(by: updater)) == .done)
    try bench.download(B.two)
    #expect(try await bench.ask(B.two.install(by: updater)) == .done)
    #expect(try bench.digest() == installed)
    #expect(try await bench.ask(.activateRelease(B.two.version, by: updater)) == .done)
    let ordered = try bench.digest()
    #expect(try await bench.ask(.activateRelease(B.two.version, by: updater)) == .done)
    #expect(try bench.digest() == ordered)
  }

  /// L7: whatever it wants, it is told by type, and not one byte of the release folder changes.
  @Test func aStaleUpdaterChangesNothing_L7() async throws {
    let bench = try await B.seeded()
    let old = try await bench.takeOver()
    for release in [B.two, B.three] { try bench.download(release) }
    #expect(try await bench.ask(B.two.install(by: old)) == .done)
    _ = try await bench.takeOver()
    let before = try bench.digest()
    for operation in [
      B.three.install(by: old), B.two.install(by: old), .activateRelease(B.two.version, by: old), .removeRelease(B.two.version, by: old),
      .rollBackRelease(reason: "r", by: old), .commitRelease(B.two.version, B.evidence, by: old), .clearFailedRelease(B.two.version, by: old),
      .activateRelease(B.two.version, by: UpdaterGeneration(.max)),
    ] {
      let answer = try await bench.ask(operation)
      #expect(answer.refusal == .staleUpdater, "\(operation)")
      if case .refused(let refusal) = answer { #expect(refusal.detail.contains("was replaced by updater")) }
    }
    #expect(try bench.digest() == before)
  }

  /// While an installation blocks: the releases can be looked at, other services are served, nothing else changes them, and a missed deadline is said.
  @Test func anInstallationThatTakesLong() async throws {
    let (blocked, block) = AsyncStream.makeStream(of: Void.self)
    let gate = Gate()
    let files = MemoryFiles { step, phase in
      guard step == EvergreenStep.unpack.step, phase == .beforeWrite, gate.isArmed else { return }
      block.yield()
      gate.wait()
    }
    let bench = try await B.seeded(files)
    let updater = try await bench.takeOver()
    try bench.download(B.two)
    gate.arm()
    let request = bench.request(B.two.install(by: updater))
    async let answer = bench.ask(request)
    for await _ in blocked { break }
    #expect(try await bench.ask(.rollBackRelease(reason: "r", by: updater)).refusal == .busy)
    #expect(try await bench.ask(request).refusal == .stillRunning)
    #expect(try await bench.status().installed == [B.one.slot])
    #expect(try await bench.ask(.setMaintenance(true, reason: "r")) == .done)
    await bench.clock.waitForSleepers(1)
    bench.clock.advance(by: .seconds(600))
    #expect(try await answer.failure == .timedOut)
    gate.open()
    // Its end is remembered, and then another change may begin. The deadline of a new request lies after the clock's step.
    let again = AgentRequest(id: request.id, asker: .watchDog, operation: request.operation, deadline: bench.clock.now().moment + .seconds(600))
    while try await bench.ask(again).refusal == .stillRunning { await Task.yield() }
    #expect(try await bench.ask(again) == .done)
    #expect(try await bench.ask(.activateRelease(B.two.version, by: updater)) == .done)
  }

  @Test func aDiskThatFailsIsATypedFailureAndTheSameRequestIsNotLost() async throws {
    let bench = try await B.seeded()
    let updater = try await bench.tryOut(B.two)
    bench.files.fail(.replaceLink, at: B.root + "/active", times: 1)
    let answer = try await bench.ask(.commitRelease(B.two.version, B.evidence, by: updater))
    #expect(answer.failure == .disk)
    #expect(try await bench.status().phase == .committing)
    // It was decided: asking again finishes it, as the next start would.
    #expect(try await bench.ask(.commitRelease(B.two.version, B.evidence, by: updater)) == .done)
    #expect(try await bench.status().active == B.two.slot)
  }

  /// What an administrator is told of an update, in its order.
  @Test func anUpdateIsToldInEvents() async throws {
    let bench = try await B.seeded()
    let updater = try await bench.tryOut(B.two)
    #expect(try await bench.ask(.commitRelease(B.two.version, B.evidence, by: updater)) == .done)
    #expect(try await bench.ask(.rollBackRelease(reason: "sessions are slow", by: updater)) == .done)
    #expect(try await bench.ask(.removeRelease(B.two.version, by: updater)).refusal == .staleUpdater)
    try await bench.powerOn()
    let next = try await bench.takeOver()
    #expect(try await bench.ask(B.two.install(by: next)).refusal == .failedBefore)
    #expect(try await bench.ask(.clearFailedRelease(B.two.version, by: next)) == .done)
    #expect(try await bench.ask(.removeRelease(B.two.version, by: next)) == .done)
    let bad = BenchRelease("4.3.0.0") { $0[0] ^= 1 }
    try bench.download(bad)
    #expect(try await bench.ask(bad.install(by: next)).refusal == .badRelease)
    // The first installation says nothing here that an update would not.
    #expect(
      bench.told.dropFirst().map(\.definition.name) == [
        "evergreen.installed", "evergreen.trial-opened", "evergreen.committed", "evergreen.rollback-ordered", "evergreen.stale-ignored",
        "evergreen.rolled-back", "evergreen.refused", "evergreen.cleared", "evergreen.removed", "evergreen.install-failed",
      ])
    #expect(bench.told.map(\.message).contains("The connector goes back from \(B.two.slot) to \(B.one.slot): sessions are slow."))
  }

  @Test func everyOperationIsAuditedBeforeAndAfter() async throws {
    let bench = try await B.seeded()
    _ = try await bench.tryOut(B.two)
    let lines = String(decoding: try bench.files.read(Bench.auditFile), as: UTF8.self).split(separator: "\n")
    for name in ["takeOverUpdates", "installRelease", "activateRelease"] {
      let found = lines.filter { $0.contains("\"operation\":\"\(name)\"") }
      #expect(found.count >= 2 && found[0].contains("\"phase\":\"allow\"") && found[1].contains("\"outcome\":\"done\""), "\(name)")
    }
  }
}

/// Blocks a thread of the disk until it is opened.
private final class Gate: Sendable {
  private let armed = Mutex(false)
  private let semaphore = DispatchSemaphore(value: 0)
  var isArmed: Bool { armed.withLock { $0 } }
  func arm() { armed.withLock { $0 = true } }
  func wait() { semaphore.wait() }
  func open() {
    armed.withLock { $0 = false }
    semaphore.signal()
  }
}
