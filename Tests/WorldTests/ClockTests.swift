import LiveWorld
import SimulatedWorld
import Synchronization
import Testing
import World

struct ClockTests {
  private static func at(_ duration: Duration) -> Moment { Moment(nanoseconds: duration.nanoseconds) }

  @Test func sleepersWakeInOrder() async {
    let clock = SimulatedClock()
    let (woken, record) = AsyncStream.makeStream(of: String.self)
    let tasks = [("c", 3), ("a", 1), ("b", 2), ("later", 10)].map { name, seconds in
      Task {
        try await clock.sleep(until: Self.at(.seconds(seconds)))
        record.yield(name)
      }
    }
    await clock.waitForSleepers(4)
    #expect(clock.sleepers == [1, 2, 3, 10].map { Self.at(.seconds($0)) })
    var order: [String] = []
    var iterator = woken.makeAsyncIterator()
    for _ in 0..<3 {
      clock.advanceToNextSleeper()
      order.append(await iterator.next() ?? "none")
    }
    #expect(order == ["a", "b", "c"])
    #expect(clock.now().moment == Self.at(.seconds(3)))
    #expect(clock.sleepers == [Self.at(.seconds(10))])
    for task in tasks { task.cancel() }
    await clock.waitForSleepers(0)
    await #expect(throws: CancellationError.self) { try await tasks[3].value }
  }

  @Test func oneAdvanceWakesAllThatAreDue() async throws {
    let clock = SimulatedClock()
    let tasks = (1...20).map { n in Task { try await clock.sleep(for: .seconds(n)) } }
    await clock.waitForSleepers(20)
    clock.advance(by: .seconds(20))
    for task in tasks { try await task.value }
    #expect(clock.sleepers == [])
    #expect(!clock.advanceToNextSleeper())
  }

  @Test func thePastDoesNotSleep() async throws {
    let clock = SimulatedClock()
    clock.advance(by: .seconds(5))
    try await clock.sleep(until: Self.at(.seconds(5)))
    try await clock.sleep(until: Self.at(.zero))
    clock.advance(to: Self.at(.seconds(1)))
    #expect(clock.now().moment == Self.at(.seconds(5)))
  }

  @Test func aCancelledTaskDoesNotSleep() async {
    let clock = SimulatedClock()
    let gate = AsyncStream.makeStream(of: Never.self)
    let task = Task {
      for await _ in gate.stream {}
      try await clock.sleep(for: .seconds(1))
    }
    task.cancel()
    await #expect(throws: CancellationError.self) { try await task.value }
    #expect(clock.sleepers == [])
  }

  @Test func theWallGoesWithTimeAndMayStep() {
    let clock = SimulatedClock(wall: WallTime(seconds: 100))
    clock.advance(by: .seconds(5))
    #expect(clock.now().wall == WallTime(seconds: 105))
    clock.stepWall(by: .seconds(-50))
    #expect(clock.now() == Now(moment: Self.at(.seconds(5)), wall: WallTime(seconds: 55)))
  }

  @Test func waitForSleeperNamesTheMoment() async throws {
    let clock = SimulatedClock()
    let task = Task {
      try await clock.sleep(for: .seconds(1))
      try await clock.sleep(for: .seconds(1))
    }
    await clock.waitForSleeper(until: Self.at(.seconds(1)))
    clock.advance(by: .seconds(1))
    await clock.waitForSleeper(until: Self.at(.seconds(2)))
    clock.advance(by: .seconds(1))
    try await task.value
  }

  @Test func liveClockGoesForwardAndSleepsToTheMoment() async throws {
    let clock = LiveClock()
    let before = clock.now()
    let due = before.moment + .milliseconds(5)
    try await clock.sleep(until: due)
    #expect(clock.now().moment >= due)
    try await clock.sleep(until: before.moment)
    // After the year 2020: the wall clock is read, not the monotonic one.
    #expect(before.wall > WallTime(seconds: 1_577_836_800))
  }

  @Test func liveClockIsCancelled() async {
    let task = Task { try await LiveClock().sleep(for: .seconds(3_600)) }
    task.cancel()
    await #expect(throws: CancellationError.self) { try await task.value }
  }
}
