import ConnectorSettings
import ServiceKit
import SimulatedWorld
import Synchronization
import Testing
import World

@testable import LoggerService

@Suite struct LogQueueTests {
  private let clock = SimulatedClock()

  @Test func `What does not fit is dropped and counted, and nothing waits`() throws {
    let queue = LogQueue(clock: clock, level: .info, limit: 10)
    let log = queue.writer(for: .adProvider)
    for number in 0..<8 { log.write(.info, "\(number)") }
    let batch = try #require(queue.takeNow())
    #expect(batch.lines.map(\.message) == ["0", "1", "2", "3", "4"], "half of the queue for one service")
    #expect(batch.dropped == [.adProvider: 3])
  }

  @Test func `One service's flood costs only its own lines`() throws {
    let queue = LogQueue(clock: clock, level: .info, limit: 10)
    for number in 0..<100 { queue.writer(for: .adProvider).write(.info, "\(number)") }
    for number in 0..<5 { queue.writer(for: .watchDog).write(.info, "\(number)") }
    let batch = try #require(queue.takeNow())
    #expect(batch.lines.filter { $0.service == .watchDog }.count == 5)
    #expect(batch.dropped == [.adProvider: 95])
  }

  @Test func `Lines in hand count until they are settled`() throws {
    let queue = LogQueue(clock: clock, level: .info, limit: 4)
    let log = queue.writer(for: .adProvider)
    log.write(.info, "a")
    log.write(.info, "b")
    let batch = try #require(queue.takeNow())
    log.write(.info, "c")
    #expect(queue.droppedSince == 1)
    queue.settle(batch.id)
    log.write(.info, "d")
    #expect(queue.takeNow()?.lines.map(\.message) == ["d"])
  }

  @Test func `A reader that dies leaves its batch to the next, in order, and cannot settle it any more`() throws {
    let queue = LogQueue(clock: clock, level: .info, limit: 100)
    let log = queue.writer(for: .adProvider)
    log.write(.info, "a")
    let dead = try #require(queue.takeNow())
    log.write(.info, "b")
    queue.recover()
    let next = try #require(queue.takeNow())
    #expect(next.lines.map(\.message) == ["a", "b"])
    queue.settle(dead.id)
    queue.recover()
    #expect(queue.takeNow()?.lines.map(\.message) == ["a", "b"])
  }

  @Test(arguments: [(LogLine.Level.error, 1), (.warning, 2), (.info, 3), (.debug, 4)])
  func `A level takes what is as grave or graver, and a line that is not taken is not even made`(_ level: LogLine.Level, _ count: Int) {
    let queue = LogQueue(clock: clock, level: .info, limit: 100)
    queue.setLevel(level, for: .adProvider)
    let log = queue.writer(for: .adProvider)
    let made = Atomic<Int>(0)
    for each in LogLine.Level.allCases { log.write(each, "\(made.add(1, ordering: .relaxed).newValue)") }
    #expect(made.load(ordering: .relaxed) == count)
    #expect(queue.takeNow()?.lines.count == count)
    #expect(queue.level(of: .watchDog) == .info)
    queue.setLevel(.error, for: nil)
    #expect(queue.level(of: .adProvider) == .error && queue.level(of: .watchDog) == .error)
  }

  @Test func `A long message is cut, within a character too`() throws {
    let queue = LogQueue(clock: clock, level: .info, limit: 100)
    queue.writer(for: .adProvider).write(.info, String(repeating: "ü", count: 5_000) + "end")
    let message = try #require(queue.takeNow()?.lines.first?.message)
    #expect(message.utf8.count < 8_300 && message.hasSuffix("… (1811 bytes cut)"))
  }

  @Test func `Bytes are bounded too`() {
    let queue = LogQueue(clock: clock, level: .info, limit: 100_000)
    let long = String(repeating: "x", count: 8_000)
    for _ in 0..<1_000 { queue.writer(for: .adProvider).write(.info, long) }
    #expect(queue.droppedSince == 1_000 - 4_194_304 / 8_000)
  }

  @Test func `A waiting reader is woken by a line, by its cancellation, and by another reader`() async {
    let queue = LogQueue(clock: clock, level: .info, limit: 100)
    let first = Task { await queue.next() }
    let second = Task { await queue.next() }
    queue.writer(for: .adProvider).write(.info, "a")
    second.cancel()
    first.cancel()
    let got = [await first.value, await second.value].compactMap(\.self)
    queue.recover()
    // Whoever got it, or nobody: the line is there exactly once.
    #expect(got.count <= 1)
    #expect(queue.takeNow()?.lines.map(\.message) == ["a"])
  }
}
