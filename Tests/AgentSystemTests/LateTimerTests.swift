import AgentSystem
import SimulatedWorld
import Synchronization
import Testing
import World

/// A time limit that fires at the moment at which what it limits has just ended.
@Suite(.timeLimit(.minutes(1))) struct LateTimerTests {
  /// Every sleep ends in order when the test says so, although its task was cancelled meanwhile.
  private final class LateClock: WorldClock {
    private let waiting = Mutex<[CheckedContinuation<Void, Never>]>([])
    func now() -> Now { Now(moment: Moment(nanoseconds: 0), wall: WallTime(seconds: 0)) }
    func sleep(until moment: Moment) async throws { await withCheckedContinuation { c in waiting.withLock { $0.append(c) } } }
    /// How many it woke.
    func wake() -> Int {
      let woken = waiting.withLock { waiting in
        defer { waiting = [] }
        return waiting
      }
      for one in woken { one.resume() }
      return woken.count
    }
  }

  @Test func theLimitOfTheHelloDoesNotEndAnOpenConnection() async throws {
    let (clock, (ours, peer)) = (LateClock(), InProcessTransport.pair())
    let client = AgentSystemClient(ours, clock: clock, random: SeededRandom(seed: 1))
    try peer.send(try AgentFrame.hello(.ours).encoded())
    try await client.connect()
    while clock.wake() == 0 { await Task.yield() }
    // The timer's turn comes some time now.
    for _ in 0..<1000 {
      await Task.yield()
      guard await client.isOpen else { break }
    }
    #expect(await client.isOpen)
    await client.close()
  }
}
