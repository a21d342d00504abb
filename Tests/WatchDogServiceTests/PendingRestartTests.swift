import AgentSystem
import EventCatalog
import ServiceKit
import SimulatedWorld
import Testing
import WatchDogService
import World

@Suite struct PendingRestartTests {
  static let flag = #"HKLM\\Software\\Microsoft\\Windows\\CurrentVersion\\WindowsUpdate\\Auto Update\\RebootRequired"#

  /// Found at the five-minute check, scheduled, carried out, and not found again.
  @Test func aPendingRestartIsCarriedOutOnce() async throws {
    try await withRig { rig async throws in
      let check = rig.clock.now().moment + .seconds(300)
      _ = try await rig.wire("registry-set", #"{"path":"\#(Self.flag)","value":true}"#)
      await rig.clock.waitForSleeper(until: check)
      rig.clock.advance(to: check - .seconds(1))
      #expect(!rig.sink.names.contains("watchdog.restart-pending"))
      rig.clock.advance(to: check)
      let found = await rig.sink.first("watchdog.restart-pending")
      #expect(found.values["flag"] == .text(KnownRegistryKeys.updateRebootRequired.text))
      #expect(try await rig.wire("status").contains("RebootRequired"))
      await rig.clock.waitForSleeper(until: check + .seconds(60))
      rig.clock.advance(to: check + .seconds(60))
      #expect(await rig.nextRestart()?.hasPrefix("process: a restart is pending: ") == true)
      #expect(try await rig.wire("registry-get", #"{"path":"\#(Self.flag)"}"#).contains("false"))
    }
  }

  // The rest by the logic alone: events in, directives out.

  private let now = Now(moment: Moment(nanoseconds: 0), wall: WallTime(seconds: 1_795_000_000))
  private let restart = ScheduledRestart(target: .machine, dueAt: WallTime(seconds: 1_795_000_060), reason: "")

  private func looks(_ logic: inout WatchDogLogic, _ value: RegistryValue?, at flag: RegistryPath) -> [WatchDogLogic.Directive] {
    logic.handle(.answered(.look(flag), .registryRead(flag), .success(.value(.registry(value)))), at: now)
  }

  private func asks(_ directives: [WatchDogLogic.Directive]) -> [PrivilegedOperation.Kind] {
    directives.compactMap { if case .ask(_, let operation, asker: .watchDog) = $0 { operation.kind } else { nil } }
  }

  private func emits(_ directives: [WatchDogLogic.Directive]) -> [String] {
    directives.compactMap { if case .emit(let event) = $0 { event.definition.name } else { nil } }
  }

  @Test func eachFlagCountsAndTwoScheduleOne() {
    var logic = WatchDogLogic()
    #expect(asks(logic.handle(.checkDue, at: now)).filter { $0 == .registryRead }.count >= 3)
    let flags = KnownRegistryKeys.pendingRestartFlags
    #expect(asks(looks(&logic, .strings([]), at: flags[0])).isEmpty)
    #expect(asks(looks(&logic, .boolean(false), at: flags[1])).isEmpty)
    #expect(asks(looks(&logic, nil, at: flags[1])).isEmpty)
    #expect(asks(looks(&logic, .boolean(true), at: flags[2])) == [.scheduleRestart])
    #expect(asks(looks(&logic, .strings(["x"]), at: flags[0])).isEmpty)
  }

  @Test func anAnswerThatFailsIsSaidAndTriedAgain() {
    var logic = WatchDogLogic()
    let flag = KnownRegistryKeys.pendingRestartFlags[1]
    for _ in 0..<2 {
      #expect(asks(looks(&logic, .boolean(true), at: flag)) == [.scheduleRestart])
      let refused = PrivilegedAnswer.refused(Refusal(.storageFull, "no room"))
      let operation = PrivilegedOperation.scheduleRestart(.machine, delay: 60, reason: "")
      #expect(emits(logic.handle(.answered(.schedule(flag), operation, .success(refused)), at: now)) == ["watchdog.restart-not-scheduled"])
    }
  }

  @Test func whatIsScheduledAlreadyIsLeftAlone() {
    var logic = WatchDogLogic()
    let operation = PrivilegedOperation.scheduleRestart(.machine, delay: 600, reason: "by hand")
    _ = logic.handle(.answered(.relay(RequestID(1)), operation, .success(.value(.restart(restart)))), at: now)
    #expect(asks(looks(&logic, .boolean(true), at: KnownRegistryKeys.pendingRestartFlags[1])).isEmpty)
    _ = logic.handle(.answered(.relay(RequestID(2)), .cancelRestart, .success(.value(.flag(true)))), at: now)
    #expect(asks(looks(&logic, .boolean(true), at: KnownRegistryKeys.pendingRestartFlags[1])) == [.scheduleRestart])
  }

  /// An answer from before a change does not undo what is known of the change.
  @Test func staleLessonsAreIgnored() throws {
    var logic = WatchDogLogic()
    let lessons = logic.handle(.started, at: now).compactMap { directive -> (WatchDogLogic.Purpose, PrivilegedOperation)? in
      if case .ask(let purpose, let operation, _) = directive { (purpose, operation) } else { nil }
    }
    _ = logic.handle(.answered(.relay(RequestID(1)), .setMaintenance(true, reason: "r"), .success(.done)), at: now)
    let (purpose, operation) = try #require(lessons.first { $0.1.kind == .registryRead })
    _ = logic.handle(.answered(purpose, operation, .success(.value(.registry(.integer(0))))), at: now)
    guard case .answer(_, .success(.report(let report)))? = logic.handle(.report(RequestID(2)), at: now).first else {
      Issue.record("no report")
      return
    }
    #expect(report.standing.inMaintenance)
  }

  @Test func unreachableIsSaidOnceAndReachableOnce() {
    var logic = WatchDogLogic()
    let failed = Result<PrivilegedAnswer, any Error>.failure(AgentCallError.disconnected("gone"))
    #expect(emits(logic.handle(.answered(.learn(0), .cancelRestart, failed), at: now)) == ["watchdog.agent-system-unreachable"])
    #expect(emits(logic.handle(.answered(.learn(0), .cancelRestart, failed), at: now)).isEmpty)
    #expect(emits(logic.handle(.answered(.learn(0), .cancelRestart, .success(.done)), at: now)) == ["watchdog.agent-system-reachable"])
    #expect(emits(logic.handle(.answered(.learn(0), .cancelRestart, .failure(CancellationError())), at: now)).isEmpty)
  }
}
