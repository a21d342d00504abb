import Evergreen
import EvergreenCheckers
import Foundation
import LiveWorld
import ReleaseSlots
import ReleaseWorks
import Releases
import Testing
import World

@testable import Lab

/// What a release's program does; it is a script that reads its own name for it.
enum Conduct: String, Sendable {
  /// Says that it is ready and that it lives, and stops when it is told to or when its launcher is gone.
  case healthy
  case crash, zero, restart
  /// Never ready; it neither stops when told nor when its launcher is gone.
  case hang
  /// Ready, and then as `hang`.
  case mute
}

/// A connector's folder on a real disk, with releases whose programs are scripts, and a launcher.
final class LauncherRig {
  let folder: String
  let slots: ReleaseSlots
  let trail: FactTrail
  private let (changes, tell) = AsyncStream.makeStream(of: ReleaseLauncher.Change.self)
  nonisolated(unsafe) private var iterator: AsyncStream<ReleaseLauncher.Change>.Iterator

  static func temporaryFolder() -> String { "\(FileManager.default.temporaryDirectory.path)/launch-\(SystemRandom().uuid().prefix(8))" }

  init(_ folder: String = LauncherRig.temporaryFolder(), trial change: (inout TrialSettings) -> Void = { _ in }) throws {
    self.folder = folder
    try DiskFiles().makeDirectory(folder, mode: 0o700)
    var settings = ReleaseSlots.Settings()
    settings.reserve = 0
    settings.stateFolder = "\(folder)/state"
    settings.update.trial.readyWithin = .seconds(60)
    settings.update.trial.length = .seconds(300)
    change(&settings.update.trial)
    try DiskFiles().makeDirectory("\(folder)/state", mode: 0o700)
    let trail = FactTrail(files: DiskFiles(), root: "\(folder)/evergreen")
    self.trail = trail
    slots = ReleaseSlots(files: DiskFiles(), root: "\(folder)/evergreen", settings: settings) { trail.add($0) }
    iterator = changes.makeAsyncIterator()
  }

  var now: WallTime { LiveClock().now().wall }

  private func made(_ version: ReleaseVersion, _ conduct: Conduct) throws -> UpdateOrder {
    let source = "\(folder)/source"
    try DiskFiles().removeTree(source)
    try DiskFiles().makeDirectory("\(source)/bin", mode: 0o700)
    let script = """
      #!/usr/bin/env python3
      import os, select, signal, socket, sys
      conduct = "\(conduct)"
      def say(text):
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as end: end.sendto(text.encode(), os.environ["NOTIFY_SOCKET"])
      open(os.path.join("\(folder)", "state", "db"), "a").write("\(version);")
      if conduct == "crash": os._exit(70)
      if conduct == "zero": os._exit(0)
      if conduct == "restart": os._exit(75)
      if conduct == "healthy":
        say("STATUS=Up.\\nREADY=1")
        while not select.select([0], [], [], 0.1)[0]: say("WATCHDOG=1")
      else:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        if conduct == "mute": say("READY=1")
        while True: signal.pause()
      """
    try DiskFiles().replace("\(source)/bin/connectord", with: Array((script + "\n").utf8), mode: 0o755, step: "test")
    let built = try BundleMaker(files: DiskFiles()).make(
      .init(version: version, bootstrapper: ReleaseVersion(1, 0, 0, 0), folder: source), into: "\(folder)/bundles")
    let bundle = UpdateOrder.Bundle(sha256: built.sha256, length: built.length)
    let reader = try DiskFiles().reader(of: built.path)
    try slots.download(bundle, at: now) { try reader.read(upTo: 1 << 18) }
    return UpdateOrder(command: "\(version)", version: version, bundle: bundle)
  }

  func seed(_ conduct: Conduct) throws {
    let first = try made(ReleaseVersion(4, 1, 0, 0), conduct)
    _ = try slots.seed(first.bundle, version: first.version, at: now)
  }

  /// A connector that runs 4.1.0.0, which is healthy, and has been ordered to try 4.2.0.0.
  func order(_ conduct: Conduct) throws {
    try seed(.healthy)
    let next = try made(ReleaseVersion(4, 2, 0, 0), conduct)
    let generation = try slots.takeOver(at: now)
    try slots.openTrial(try slots.install(next, by: generation, at: now), by: generation, at: now)
  }

  func launcher(_ change: (inout ReleaseLauncher.Plan) -> Void = { _ in }) -> ReleaseLauncher {
    var plan = ReleaseLauncher.Plan(
      name: "c1", slots: slots, arguments: ["run"], logFile: "\(folder)/log", socket: "\(folder)/notify.sock", lock: "\(folder)/run.lock")
    plan.verdictStop = .milliseconds(100)
    plan.orphanLimit = .milliseconds(200)
    change(&plan)
    return ReleaseLauncher(plan, clock: LiveClock()) { [tell] _, change in tell.yield(change) }
  }

  struct Ended: Error {}

  /// The next change that is such a one; `say` of those before it.
  @discardableResult
  func next(_ isIt: (ReleaseLauncher.Change) -> Bool) async throws -> [ReleaseLauncher.Change] {
    var seen: [ReleaseLauncher.Change] = []
    while let change = await iterator.next() {
      seen.append(change)
      if isIt(change) { return seen }
    }
    throw Ended()
  }

  func nextStart() async throws -> BootChoice {
    guard case .started(_, _, let choice)? = try await next({ if case .started = $0 { true } else { false } }).last else { throw Ended() }
    return choice
  }

  /// The release from before the trial runs again, with its state, and nothing of it breaks a rule.
  func expectBack(_ choice: BootChoice, because reason: String, _ at: SourceLocation = #_sourceLocation) throws {
    #expect(choice.role == .active && choice.slot.version == ReleaseVersion(4, 1, 0, 0), sourceLocation: at)
    #expect(choice.finished == .finishRollback && choice.reason.contains(reason), "\(choice)", sourceLocation: at)
    let record = try slots.record(at: now)
    #expect(record.phase == .idle && record.escalation == nil, sourceLocation: at)
    #expect(record.failures["4.2.0.0"]?.isRefused == true, sourceLocation: at)
    expectNoViolation(at)
  }

  func expectNoViolation(_ at: SourceLocation = #_sourceLocation) {
    var bounds = EvergreenBounds()
    (bounds.healthyFor, bounds.probes) = (.zero, 1)
    let facts = trail.facts
    #expect(facts.contains { $0.kind == .trialOpened }, sourceLocation: at)
    #expect(EvergreenCheckers.check(facts, bounds) == [], sourceLocation: at)
  }

  /// A test that failed may have left a program that hangs.
  func remove() {
    (try? RunLock("\(folder)/run.lock"))?.endHolders()
    try? FileManager.default.removeItem(atPath: folder)
  }
}
