import CloudAPI
import ControlAPI
import Foundation
import Glibc
import SimulatedWorld
import Synchronization
import Testing
import World

@testable import Lab

/// What was done to connectors, and what the cloud was told; a test waits for it.
private final class Deeds: CloudViewing {
  private struct State {
    var list: [String] = []
    var waiters: [(Int, CheckedContinuation<Void, Never>)] = []
  }
  private let kept = Mutex(State())
  let answer = Mutex<ControlAnswer>(.done(sentence: ""))
  let runs = Mutex(true)

  func add(_ deed: String) {
    let due = kept.withLock { state in
      state.list.append(deed)
      let due = state.waiters.filter { $0.0 <= state.list.count }
      state.waiters.removeAll { $0.0 <= state.list.count }
      return due
    }
    for waiter in due { waiter.1.resume() }
  }

  /// All of them, once there are so many.
  func first(_ count: Int) async -> [String] {
    await withCheckedContinuation { continuation in
      let isThere = kept.withLock { state in
        if state.list.count < count { state.waiters.append((count, continuation)) }
        return state.list.count >= count
      }
      if isThere { continuation.resume() }
    }
    return kept.withLock { $0.list }
  }

  func state() async -> CloudLook { .slow }
  func ask(_ connector: String, _ service: ServiceName, _ operation: String, _ body: Data) async -> (status: Int, body: Data)? { nil }
  func settle(_ fault: Int, _ verdict: FaultVerdict) async { add("\(fault) \(verdict.word.rawValue)") }
  func close() async {}
}

private struct Stand {
  let clock = SimulatedClock(wall: WallTime(seconds: 1_800_000_000))
  let deeds = Deeds()
  let hand: FaultHand

  init(hasProcesses: Bool = true) {
    let deeds = deeds
    hand = FaultHand(
      reach: .init(
        signal: { name, number in
          deeds.add("\(name) \([SIGSTOP: "stop", SIGCONT: "go on", SIGKILL: "kill"][number] ?? "?")")
          return deeds.runs.withLock { $0 }
        },
        ask: { name, request in
          deeds.add("\(name) \(request.name)")
          return deeds.answer.withLock { $0 }
        }, hasProcesses: hasProcesses),
      view: deeds, names: ["c1.forest1.local": "c1"], clock: clock)
  }

  func fault(_ id: Int, _ on: String, _ kind: String, left: Int = 60_000) -> FaultReport {
    FaultReport(
      id: id, fault: FaultOrder(on: on, kind: kind, seed: 1, lasts: "1m"), connector: "c1.forest1.local", began: WallTime(seconds: Int64(id)),
      left: left, standing: .waiting)
  }
}

@Suite struct FaultHandTests {
  @Test func aProcessThatHangsGoesOnAtTheEndOfItsLease() async {
    let stand = Stand()
    await stand.hand.see([stand.fault(1, "connector:c1", "hang", left: 5_000)])
    #expect(await stand.deeds.first(2) == ["c1 stop", "1 active"])
    await stand.clock.waitForSleepers(1)
    stand.clock.advance(by: .seconds(5))
    #expect(await stand.deeds.first(3).last == "c1 go on")
    // The cloud still lists it: it does not begin again.
    await stand.hand.see([stand.fault(1, "connector:c1", "hang", left: 1)])
    await stand.hand.stop()
    #expect(await stand.deeds.first(3).count == 3)
  }

  @Test(arguments: [true, false]) func aProcessThatHangsGoesOnWhenItIsClearedOrTheLabStops(isCleared: Bool) async {
    let stand = Stand()
    await stand.hand.see([stand.fault(1, "connector:c1", "hang")])
    _ = await stand.deeds.first(2)
    if isCleared { await stand.hand.see([]) } else { await stand.hand.stop() }
    #expect(await stand.deeds.first(3).last == "c1 go on")
  }

  @Test func aCrashIsOneStroke() async {
    let stand = Stand()
    await stand.hand.see([stand.fault(1, "connector:c1", "crash")])
    #expect(await stand.deeds.first(2) == ["c1 kill", "1 done"])
    stand.deeds.runs.withLock { $0 = false }
    await stand.hand.see([stand.fault(2, "connector:c1", "crash")])
    #expect(await stand.deeds.first(4).last == "2 refused")
  }

  @Test func whatNeedsAProcessIsRefusedWithoutOne() async {
    let stand = Stand(hasProcesses: false)
    await stand.hand.see([stand.fault(1, "connector:c1", "crash"), stand.fault(2, "connector:c1", "hang")])
    #expect(await Set(stand.deeds.first(2)) == ["1 refused", "2 refused"])
  }

  @Test func faultsOfServicesGoOverTheControlSocketAndAreHealedThere() async {
    let stand = Stand()
    await stand.hand.see([stand.fault(1, "service:c1/logger/collect", "error"), stand.fault(2, "link:c1", "reset")])
    #expect(await stand.deeds.first(2) == ["c1 fault hold", "1 active"])
    await stand.clock.waitForSleepers(1)
    // A connector that was started anew has forgotten it.
    stand.clock.advance(by: .seconds(2))
    #expect(await stand.deeds.first(3).last == "c1 fault hold")
    await stand.hand.see([])
    #expect(await stand.deeds.first(4).last == "c1 fault heal")
  }

  @Test func aConnectorThatTakesNoFaultsIsSaidTo() async {
    let stand = Stand()
    stand.deeds.answer.withLock { $0 = .failure(reason: ControlFailure(.denied, "faults are not allowed here")) }
    await stand.hand.see([stand.fault(1, "connector:c1", "disk-full")])
    #expect(await stand.deeds.first(2) == ["c1 fault hold", "1 refused"])
  }
}
