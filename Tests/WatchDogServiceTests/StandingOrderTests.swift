import AgentSystem
import ServiceKit
import Testing
import WatchDogService
import World

/// Two changes of the standing at once: the answers may come in another order than the Agent System made the changes.
@Suite struct StandingOrderTests {
  private let now = Now(moment: Moment(nanoseconds: 0), wall: WallTime(seconds: 0))

  private func asks(_ directives: [WatchDogLogic.Directive]) -> [(WatchDogLogic.Purpose, PrivilegedOperation)] {
    directives.compactMap { if case .ask(let purpose, let operation, _) = $0 { (purpose, operation) } else { nil } }
  }

  private func isInMaintenance(_ logic: inout WatchDogLogic) -> Bool? {
    for case .answer(_, .success(.report(let report))) in logic.handle(.report(RequestID(9)), at: now) { return report.standing.inMaintenance }
    return nil
  }

  /// A logic that has learned that there is no maintenance.
  private func learned() -> WatchDogLogic {
    var logic = WatchDogLogic()
    for (purpose, operation) in asks(logic.handle(.started, at: now)) {
      let value: PrivilegedValue = if case .registryRead = operation { .registry(.integer(0)) } else { .entries([], more: false) }
      _ = logic.handle(.answered(purpose, operation, .success(.value(value))), at: now)
    }
    return logic
  }

  @Test func whatOverlappedIsReadAgain() throws {
    var logic = learned()
    let (on, off) = (PrivilegedOperation.setMaintenance(true, reason: "a"), PrivilegedOperation.setMaintenance(false, reason: "b"))
    let first = asks(logic.handle(.administer(RequestID(1), on, caller: .cloud), at: now))
    let second = asks(logic.handle(.administer(RequestID(2), off, caller: .cloud), at: now))
    // Made in the order on, off; heard in the order off, on.
    _ = logic.handle(.answered(second[0].0, off, .success(.done)), at: now)
    let reads = asks(logic.handle(.answered(first[0].0, on, .success(.done)), at: now))
    let read = try #require(reads.first { $0.1 == .registryRead(KnownRegistryKeys.inMaintenance) })
    _ = logic.handle(.answered(read.0, read.1, .success(.value(.registry(.integer(0))))), at: now)
    #expect(isInMaintenance(&logic) == false)
  }

  @Test func whatCameAloneIsBelieved() throws {
    var logic = learned()
    let on = PrivilegedOperation.setMaintenance(true, reason: "a")
    for number in [UInt64(1), 2] {
      let asked = asks(logic.handle(.administer(RequestID(number), on, caller: .cloud), at: now))
      #expect(asks(logic.handle(.answered(asked[0].0, on, .success(.done)), at: now)).isEmpty)
      #expect(isInMaintenance(&logic) == true)
    }
  }
}
