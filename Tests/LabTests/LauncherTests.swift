import Evergreen
import Foundation
import Glibc
import LiveWorld
import ReleaseSlots
import Releases
import Testing
import World

@testable import Lab

/// The launcher with real processes: whatever becomes of a trial, the last good release runs at its end, without a network and without the trial's help.
@Suite(.serialized, .timeLimit(.minutes(2))) struct LauncherTests {
  @Test func aHealthyTrialThatIsCommittedStays() async throws {
    let rig = try LauncherRig()
    defer { rig.remove() }
    try rig.order(.healthy)
    let launcher = rig.launcher()
    await launcher.start()
    #expect(try await rig.nextStart().role == .trial)
    try await rig.next { $0 == .ready }
    #expect(rig.slots.look(at: rig.now).step == .none)
    // As the connector would.
    rig.trail.add(
      UpdateFact(.probed, at: rig.now) {
        $0.ok = true
        $0.endToEnd = true
      })
    try rig.slots.commit(Evidence(healthyFor: .seconds(600), probes: 20, endToEndProbes: 1), by: try rig.slots.takeOver(at: rig.now), at: rig.now)
    kill(try #require(await launcher.pid), SIGKILL)
    let choice = try await rig.nextStart()
    #expect(choice.role == .active && choice.slot.version == ReleaseVersion(4, 2, 0, 0))
    await launcher.stop(within: .seconds(10))
    rig.expectNoViolation()
  }

  @Test(arguments: [(Conduct.crash, "exit code 70"), (.zero, "exit code 0")]) func aTrialThatEndsByItselfGoesBackAtOnce(
    _ conduct: Conduct, _ how: String
  )
    async throws
  {
    let rig = try LauncherRig()
    defer { rig.remove() }
    try rig.order(conduct)
    let launcher = rig.launcher()
    await launcher.start()
    let seen = try await rig.next { if case .started(_, 2, _) = $0 { true } else { false } }
    #expect(seen.contains(.ended(how, again: nil)), "\(seen)")
    guard case .started(_, _, let choice)? = seen.last else { return }
    try rig.expectBack(choice, because: how)
    await launcher.stop(within: .seconds(10))
  }

  @Test func aTrialThatIsNeverReadyIsEndedByForce() async throws {
    let rig = try LauncherRig { $0.readyWithin = .seconds(1) }
    defer { rig.remove() }
    try rig.order(.hang)
    let launcher = rig.launcher()
    await launcher.start()
    #expect(try await rig.nextStart().role == .trial)
    let choice = try await rig.nextStart()
    try rig.expectBack(choice, because: "not ready within 1 s")
    await launcher.stop(within: .seconds(10))
  }

  @Test func aTrialThatFallsSilentIsKilled() async throws {
    let rig = try LauncherRig()
    defer { rig.remove() }
    try rig.order(.mute)
    let launcher = rig.launcher { $0.silence = .seconds(1) }
    await launcher.start()
    #expect(try await rig.nextStart().role == .trial)
    try rig.expectBack(try await rig.nextStart(), because: "it said nothing for 1 s")
    // The release that came back feeds its watchdog and is left alone.
    try await rig.next { $0 == .ready }
    #expect(await launcher.pid != nil)
    await launcher.stop(within: .seconds(10))
  }

  @Test func aTrialThatAsksForRestartsOverAndOverGoesBack() async throws {
    let rig = try LauncherRig()
    defer { rig.remove() }
    try rig.order(.restart)
    let launcher = rig.launcher()
    await launcher.start()
    let seen = try await rig.next { if case .started(_, 4, _) = $0 { true } else { false } }
    #expect(seen.count { $0 == .restarts } == 3, "\(seen)")
    guard case .started(_, _, let choice)? = seen.last else { return }
    try rig.expectBack(choice, because: "started 3 times")
    await launcher.stop(within: .seconds(10))
  }

  /// Outside of a trial nothing ends it but the pause.
  @Test func aReleaseThatAsksForRestartsOverAndOverIsMadeToWait() async throws {
    let rig = try LauncherRig()
    defer { rig.remove() }
    try rig.seed(.restart)
    let launcher = rig.launcher()
    await launcher.start()
    let seen = try await rig.next { if case .ended = $0 { true } else { false } }
    #expect(seen.count { $0 == .restarts } == ReleaseLauncher.restartsInARow, "\(seen)")
    guard case .ended(_, again: .some)? = seen.last else { throw LauncherRig.Ended() }
    await launcher.stop(within: .seconds(10))
  }

  @Test func aTrialThatNobodyCommitsEndsAtItsDeadline() async throws {
    let rig = try LauncherRig { $0.length = .seconds(2) }
    defer { rig.remove() }
    try rig.order(.healthy)
    let launcher = rig.launcher()
    await launcher.start()
    try await rig.next { if case .goesBack = $0 { true } else { false } }
    try rig.expectBack(try await rig.nextStart(), because: "not committed by its deadline")
    await launcher.stop(within: .seconds(10))
  }

  /// The record is the Agent System's as long as a process of the connector lives: the launcher leaves it as it is until then.
  @Test func theVerdictIsNotWrittenIntoTheRecordWhileTheTrialLives() throws {
    let rig = try LauncherRig { $0.readyWithin = .zero }
    defer { rig.remove() }
    try rig.order(.hang)
    let opened = rig.now
    #expect(try rig.slots.boot(at: opened).role == .trial)
    let before = try DiskFiles().read("\(rig.slots.root)/record.json")
    #expect(rig.slots.check(at: opened).step == .rollBack)
    #expect(try DiskFiles().read("\(rig.slots.root)/record.json") == before)
    // And a launcher that died right there does not start it again, whatever the clock says.
    try rig.expectBack(try rig.slots.boot(at: opened), because: "not ready within 0 s")
  }

  /// Its launcher is killed; the next one waits for the process that hangs on, ends it, and takes the trial to its end.
  @Test func aLauncherKilledInTheMiddleIsFollowedByAnother() async throws {
    let folder = LauncherRig.temporaryFolder()
    await #expect(processExitsWith: .signal(SIGKILL)) { [folder = folder as String] in
      let rig = try LauncherRig(folder) { $0.readyWithin = .seconds(1) }
      try rig.order(.hang)
      let launcher = rig.launcher()
      await launcher.start()
      _ = try await rig.nextStart()
      kill(getpid(), SIGKILL)
    }
    let rig = try LauncherRig(folder)
    defer { rig.remove() }
    let launcher = rig.launcher()
    await launcher.start()
    try await rig.next { $0 == .waits }
    #expect(try await rig.nextStart().role == .trial)
    try rig.expectBack(try await rig.nextStart(), because: "not ready within 1 s")
    await launcher.stop(within: .seconds(10))
  }

  /// Killed in the moment in which its process has ended.
  @Test func aPowerCutAtTheEndOfATrialGoesBack() async throws {
    let folder = LauncherRig.temporaryFolder()
    await #expect(processExitsWith: .signal(SIGKILL)) { [folder = folder as String] in
      let rig = try LauncherRig(folder)
      try rig.order(.crash)
      let launcher = rig.launcher()
      await launcher.start()
      try await rig.next { if case .ended = $0 { true } else { false } }
      kill(getpid(), SIGKILL)
    }
    let rig = try LauncherRig(folder)
    defer { rig.remove() }
    let launcher = rig.launcher()
    await launcher.start()
    try rig.expectBack(try await rig.nextStart(), because: "exit code 70")
    await launcher.stop(within: .seconds(10))
  }

  /// A stop of the lab is no failure of the trial: it goes on with the next `up`.
  @Test func aStopDoesNotEndATrial() async throws {
    let rig = try LauncherRig()
    defer { rig.remove() }
    try rig.order(.healthy)
    let first = rig.launcher()
    await first.start()
    try await rig.next { $0 == .ready }
    await first.stop(within: .seconds(10))
    let second = rig.launcher()
    await second.start()
    #expect(try await rig.nextStart().role == .trial)
    await second.stop(within: .seconds(10))
    #expect(try rig.slots.record(at: rig.now).failures.isEmpty)
  }
}
