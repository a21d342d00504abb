import AgentSystem
import CloudAPI
import EventCatalog
import Evergreen
import ReleaseSlots
import Releases
import ServiceKit
import SimulatedWorld
import StrictJSON
import TUF
import TUFRepository
import Testing
import World

/// Updates from the cloud's order to their end, through real releases on a simulated disk, a signed repository, and as many processes as it takes.
@Suite(.timeLimit(.minutes(10))) struct UpdateTests {
  private func probe(_ machine: UpdateMachine, times: Int) async throws { for _ in 0..<times { await machine.pass(UpdateMachine.every) } }

  @Test func anUpdateIsTriedAndCommitted() async throws {
    try await withMachine { machine in
      let two = try UpdateRelease("4.2.0.0")
      try machine.publish(two)
      try await machine.update(to: two)
      try await machine.restart()
      #expect(machine.running?.slot == two.slot && machine.running?.role == .trial)
      #expect(try await machine.standing.update == UpdateStanding(token: 2, stage: .trial, version: "4.2.0.0"))
      try await probe(machine, times: 3)
      _ = try await machine.sink.first("evergreen.committed")
      while try await machine.standing.update?.stage != .committed { await Task.yield() }
      #expect(try machine.record.active == two.slot && machine.record.phase == .idle)
      #expect(try await machine.standing.inMaintenance)
      #expect(try await machine.order(.leaveMaintenance).stage == .committed)
      #expect(try await !machine.standing.inMaintenance)
      // The next one follows from it.
      let three = try UpdateRelease("4.3.0.0")
      try machine.publish(three)
      try await machine.update(to: three)
      try await machine.restart()
      #expect(machine.running?.slot == three.slot && machine.running?.role == .trial)
    }
  }

  /// The connector restarts by itself to go the way, and is the updater afterwards as it was before.
  @Test func anAdministratorGoesBack() async throws {
    try await withMachine { machine in
      let two = try UpdateRelease("4.2.0.0")
      try machine.publish(two)
      try await machine.update(to: two)
      try await machine.restart()
      try await probe(machine, times: 3)
      _ = try await machine.sink.first("evergreen.committed")
      while try await machine.standing.update?.stage != .committed { await Task.yield() }
      #expect(try await machine.order(.leaveMaintenance).stage == .committed)
      let answer = try await #require(machine.process).wire("update-rollback", #"{"reason":"sessions are slow"}"#)
      #expect(answer.contains(#""phase":"rollingBack""#))
      try await machine.restart()
      #expect(machine.running?.slot.version == ReleaseVersion("4.1.0.0") && machine.running?.finished == .finishRollback)
      #expect(try machine.record.phase == .idle)
      // The cloud's next order is not stale.
      let three = try UpdateRelease("4.3.0.0")
      try machine.publish(three)
      try await machine.update(to: three)
      try await machine.restart()
      #expect(machine.running?.slot == three.slot && machine.running?.role == .trial)
    }
  }

  @Test func aTrialThatNeverReachesTheCloudGoesBack() async throws {
    try await withMachine { machine in
      let two = try UpdateRelease("4.2.0.0")
      try machine.publish(two)
      machine.probes.set(Probe(isHealthy: true, reachedTheCloud: false))
      try await machine.update(to: two)
      try await machine.restart()
      try await probe(machine, times: 7)
      try await machine.restart()
      #expect(machine.running?.slot.version == ReleaseVersion("4.1.0.0") && machine.running?.role != .trial)
      let standing = try #require(try await machine.standing.update)
      #expect(standing.stage == .rolledBack && standing.token == 2 && standing.reason.contains("not committed"))
      let event = try await machine.sink.first("evergreen.came-back")
      #expect(event.values["version"] == .text("4.2.0.0"))
      // The record of the lease went back with the state; it knows all that it must.
      #expect(try await machine.order(.leaveMaintenance).stage == .rolledBack)
      #expect(try await !machine.standing.inMaintenance)
      // Not tried again by itself.
      try await machine.update(to: two)
      let given = try await machine.sink.first("evergreen.given-up")
      #expect(given.message.contains("failed here before"))
    }
  }

  /// The dead man ends a trial whose WatchDog does nothing: the next process says why.
  @Test func aTrialThatEndsByItselfGoesBack() async throws {
    try await withMachine { machine in
      let two = try UpdateRelease("4.2.0.0")
      try machine.publish(two)
      try await machine.update(to: two)
      try await machine.restart()
      try machine.slots.noteEnd("exit code 70", at: machine.clock.now().wall)
      try await machine.powerOn()
      let standing = try #require(try await machine.standing.update)
      #expect(standing.stage == .rolledBack && standing.reason.contains("exit code 70"))
    }
  }

  /// The WatchDog crashes while it fetches. The next one takes over, and nothing is lost or done twice.
  @Test func aCrashOfTheWatchDogLosesNothing() async throws {
    try await withMachine { machine in
      let two = try UpdateRelease("4.2.0.0")
      try machine.publish(two)
      machine.server.fail(two.url, .cut(after: 100))
      try await machine.update(to: two)
      _ = try await machine.sink.first("evergreen.fetch-failed")
      let before = try machine.record.generation
      let process = try #require(machine.process)
      await process.stop(.watchDog)
      machine.server.fail(two.url, nil)
      await process.startWatchDog(2)
      try await machine.restart()
      #expect(machine.running?.slot == two.slot && machine.running?.role == .trial)
      #expect(try machine.record.generation > before)
      #expect(process.sink.names.filter { $0 == "evergreen.installed" }.count == 1)
      #expect(process.sink.names.filter { $0 == "evergreen.lease-taken" }.count == 1)
    }
  }

  // MARK: releases that must not run

  enum Broken: String, CaseIterable {
    case unsigned, badHash, truncated, wrongPlatform, older, missingFloor, noRoom, hostile, notListed

    var reason: String {
      switch self {
      case .unsigned: "targets"
      case .badHash: "its SHA-256 is"
      case .truncated: "the connection broke"
      case .wrongPlatform: "order the release for"
      case .older: "is older than"
      case .missingFloor: "must run 4.1.5.0 first"
      case .noRoom: "free"
      case .hostile: "another digest than the manifest names"
      case .notListed: "is not in the signed metadata"
      }
    }
  }

  @Test(arguments: Broken.allCases) func eachBrokenReleaseFailsWithItsOwnReason(_ broken: Broken) async throws {
    try await withMachine { machine in
      let other = ReleasePlatform(os: "linux", arch: ReleasePlatform.current.arch == "aarch64" ? "x86_64" : "aarch64")
      var release = try UpdateRelease("4.2.0.0")
      switch broken {
      case .wrongPlatform: release = try UpdateRelease("4.2.0.0", platform: other)
      case .older: release = try UpdateRelease("4.0.0.0")
      case .missingFloor: release = try UpdateRelease("4.2.0.0", floors: ["4.1.5.0"])
      case .hostile: release = try UpdateRelease("4.2.0.0") { $0[0] ^= 1 }
      default: break
      }
      if broken == .unsigned {
        machine.repository.roles[.targets]?.signers = [try #require(SigningKey.ed25519(seed: [UInt8](repeating: 99, count: 32)))]
      }
      if broken != .notListed { try machine.publish(release) }
      if broken == .badHash { machine.server.put(release.url, release.bundle.reversed()) }
      if broken == .truncated { machine.server.fail(release.url, .cut(after: 100)) }
      if broken == .noRoom { machine.files.setCapacity(8 << 20) }
      let before = try machine.record
      try await machine.update(to: release)
      if [.badHash, .truncated, .noRoom].contains(broken) {
        _ = try await machine.sink.first("evergreen.fetch-failed")
        await machine.pass(.seconds(40))
      }
      let event = try await machine.sink.first("evergreen.given-up")
      #expect(event.message.contains(broken.reason), "\(event.message)")
      let standing = try #require(try await machine.standing.update)
      #expect(standing.stage == .failed && standing.reason.contains(broken.reason))
      // It stays well, and nothing of the release stays.
      #expect(try machine.record.active == before.active && machine.record.phase == .idle)
      #expect(try machine.slots.installed() == [before.active])
      #expect(try machine.files.list("\(Rig.releases)/downloads") == [])
      #expect(try await machine.order(.rollBack).stage == .rolledBack)
      try await machine.order(.leaveMaintenance)
      let after = try await machine.standing
      #expect(!after.inMaintenance && after.updatesBarred == nil)
    }
  }
}
