import EventCatalog
import EventHub
import Foundation
import SimulatedWorld
import Synchronization
import Testing
import World

@Suite struct EventHubTests {
  private let clock = SimulatedClock(wall: WallTime(seconds: 1_795_000_000))

  @Test func `Numbers count from 1 without a hole, whoever emits at once`() async {
    let hub = EventHub(connector: "c1", boot: "b", clock: clock, ring: 10_000)
    #expect(hub.sequence == 0)
    await withTaskGroup { group in
      for task in 0..<8 { group.addTask { for _ in 0..<500 { hub.emit(.daemonDegraded(reason: "\(task)"), from: .logger) } } }
    }
    #expect(hub.recent().map(\.sequence) == Array(1...4000))
    #expect(hub.sequence == 4000)
  }

  @Test func `The ring keeps the latest and finds by number, time and code`() {
    let hub = EventHub(connector: "c1", boot: "b", clock: clock, ring: 5)
    for number in 1...8 {
      hub.emit(number.isMultiple(of: 2) ? .daemonReloading(file: "\(number)") : .daemonReadyAgain(elapsed: number), from: nil)
      clock.advance(by: .seconds(1))
    }
    #expect(hub.recent().map(\.sequence) == [4, 5, 6, 7, 8])
    #expect(hub.recent(limit: 2).map(\.sequence) == [7, 8])
    #expect(hub.recent(limit: 0).isEmpty)
    #expect(hub.recent(since: .after(sequence: 6)).map(\.sequence) == [7, 8])
    #expect(hub.recent(since: .since(WallTime(seconds: 1_795_000_000 + 5))).map(\.sequence) == [6, 7, 8])
    #expect(hub.recent(code: DaemonEvents.reloading.code).map(\.sequence) == [4, 6, 8])
    #expect(hub.recent(since: .after(sequence: 4), code: DaemonEvents.reloading.code, limit: 1).map(\.sequence) == [8])
    let record = hub.recent().last
    #expect(record?.connector == "c1" && record?.boot == "b" && record?.service == nil && record?.time == WallTime(seconds: 1_795_000_007))
  }

  @Test(arguments: [0, 1, -4]) func `A ring of no size keeps one`(_ size: Int) {
    let hub = EventHub(connector: "c1", boot: "b", clock: clock, ring: size)
    for _ in 0..<3 { hub.emit(.daemonReadyAgain(elapsed: 1), from: nil) }
    #expect(hub.recent().map(\.sequence) == [3])
  }

  @Test func `A follower gets what is in the ring and then what comes, without a gap`() async {
    let hub = EventHub(connector: "c1", boot: "b", clock: clock, ring: 100)
    for _ in 0..<3 { hub.emit(.daemonReadyAgain(elapsed: 1), from: nil) }
    let following = hub.subscribe(since: .after(sequence: 1))
    let onlyNew = hub.subscribe()
    for _ in 0..<2 { hub.emit(.daemonReadyAgain(elapsed: 2), from: nil) }
    hub.finish()
    var seen: [UInt64] = []
    for await record in following.records { seen.append(record.sequence) }
    #expect(seen == [2, 3, 4, 5])
    seen = []
    for await record in onlyNew.records { seen.append(record.sequence) }
    #expect(seen == [4, 5])
    #expect(following.lost == 0 && hub.subscribers == 0)
  }

  @Test func `A slow follower loses the oldest, knows how many, and holds up nobody`() async {
    let hub = EventHub(connector: "c1", boot: "b", clock: clock, ring: 100)
    let slow = hub.subscribe(buffer: 3)
    for _ in 0..<10 { hub.emit(.daemonReadyAgain(elapsed: 1), from: nil) }
    #expect(slow.lost == 7)
    hub.finish()
    var seen: [UInt64] = []
    for await record in slow.records { seen.append(record.sequence) }
    #expect(seen == [8, 9, 10])
  }

  @Test func `A follower that stops reading is forgotten`() async {
    let hub = EventHub(connector: "c1", boot: "b", clock: clock, ring: 100)
    let subscription = hub.subscribe()
    #expect(hub.subscribers == 1)
    let reader = Task { for await _ in subscription.records {} }
    reader.cancel()
    await reader.value
    #expect(hub.subscribers == 0)
    hub.emit(.daemonReadyAgain(elapsed: 1), from: nil)
    #expect(hub.sequence == 1)
  }

  @Test func `Every output gets every record in order`() {
    let outputs = [Recorder("a"), Recorder("b")]
    let hub = EventHub(connector: "c1", boot: "b", clock: clock, ring: 10, outputs: outputs)
    for _ in 0..<100 { hub.emit(.daemonReadyAgain(elapsed: 1), from: nil) }
    #expect(hub.flush(within: .seconds(60)))
    for output in outputs { #expect(output.records.map(\.sequence) == Array(1...100)) }
  }

  @Test func `An output that is stuck holds up neither emit nor the others, and what it lost is an event`() {
    let stuck = Recorder("stuck", closed: true)
    let other = Recorder("other")
    let hub = EventHub(connector: "c1", boot: "b", clock: clock, ring: 100, outputs: [stuck, other], backlog: 4)
    // The stuck one holds four and loses six. The other is waited for each time, so that it never has more than one to write.
    for _ in 0..<10 {
      hub.emit(.daemonReadyAgain(elapsed: 1), from: nil)
      other.wait(for: Int(hub.sequence))
    }
    #expect(hub.recent(code: DaemonEvents.eventsLost.code).isEmpty)
    #expect(!hub.flush(within: .milliseconds(1)), "a stuck output does not hold up the end of the process")
    stuck.open()
    #expect(hub.flush(within: .seconds(60)))
    let reports = hub.recent(code: DaemonEvents.eventsLost.code)
    #expect(reports.map(\.event.message) == ["6 events did not reach the output stuck, which was too slow."])
    #expect(hub.flush(within: .seconds(60)))
    #expect(stuck.records.map(\.sequence) == [1, 2, 3, 4, 11], "the gap shows where")
  }
}

/// Keeps what it gets; while closed it blocks, as a full pipe does.
private final class Recorder: EventOutput {
  let name: String
  private let state = Mutex<[EventRecord]>([])
  private let gate = NSCondition()
  nonisolated(unsafe) private var isOpen: Bool

  init(_ name: String, closed: Bool = false) {
    self.name = name
    isOpen = !closed
  }

  var records: [EventRecord] { state.withLock { $0 } }

  func write(_ record: EventRecord) {
    gate.withLock {
      while !isOpen { gate.wait() }
      state.withLock { $0.append(record) }
      gate.broadcast()
    }
  }

  func open() {
    gate.withLock {
      isOpen = true
      gate.broadcast()
    }
  }

  func wait(for count: Int) { gate.withLock { while records.count < count { gate.wait() } } }
}
