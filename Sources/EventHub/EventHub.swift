import Dispatch
package import EventCatalog
import Synchronization
package import World

/// Records the events of one connector for the length of one boot: gives each its number and time, keeps the latest, and hands them to followers and
/// outputs. `emit` never waits for any of these and never throws; what one of them could not take is counted and reported.
package final class EventHub: EventSink {
  private struct Follower {
    var continuation: AsyncStream<EventRecord>.Continuation
    var lost: LossCount
  }
  private struct State {
    var sequence: UInt64 = 0
    var ring: EventRing
    var followers: [Int: Follower] = [:]
    var lastFollower = 0
  }

  /// The connector's short name, such as `c1`.
  package let connector: String
  /// The boot of this daemon: a random 128-bit id in hexadecimal.
  package let boot: String
  private let clock: any WorldClock
  private let pumps: [OutputPump]
  private let state: Mutex<State>

  /// - Parameters:
  ///   - ring: how many of the latest events `recent` can give.
  ///   - outputs: each gets every record, in order, on a thread of its own.
  ///   - backlog: records that may wait for one output before more are lost to it.
  package init(connector: String, boot: String, clock: any WorldClock, ring: Int, outputs: [any EventOutput] = [], backlog: Int = 4096) {
    self.connector = connector
    self.boot = boot
    self.clock = clock
    pumps = outputs.map { OutputPump($0, limit: backlog) }
    state = Mutex(State(ring: EventRing(capacity: ring)))
  }

  package func emit(_ event: Event, from service: ServiceName?) {
    // Everything happens under the one lock, so ring, followers and outputs all see the order of the numbers; nothing in it waits.
    state.withLock { state in
      state.sequence += 1
      let record = EventRecord(
        event: event, sequence: state.sequence, boot: boot, time: clock.now().wall, connector: connector, service: service)
      state.ring.append(record)
      for follower in state.followers.values {
        if case .dropped = follower.continuation.yield(record) { follower.lost.add() }
      }
      for pump in pumps { pump.offer(record, reportingTo: self) }
    }
  }

  /// The number of the latest event; 0 before the first.
  package var sequence: UInt64 { state.withLock { $0.sequence } }

  /// The latest `limit` events in the ring that match, oldest first.
  package func recent(since position: EventPosition? = nil, code: Int? = nil, limit: Int = .max) -> [EventRecord] {
    state.withLock { $0.ring.records(since: position, code: code, limit: limit) }
  }

  /// Follows the events from now on or, with a `position`, from there on without a gap as far as the ring reaches. Ends when the reader stops
  /// reading.
  ///
  /// A reader that falls more than `buffer` events behind loses the oldest it has not read; `lost` counts them and the numbers show where.
  package func subscribe(since position: EventPosition? = nil, buffer: Int = 1024) -> EventSubscription {
    let (records, continuation) = AsyncStream.makeStream(of: EventRecord.self, bufferingPolicy: .bufferingNewest(max(1, buffer)))
    let lost = LossCount()
    let number = state.withLock { state in
      state.lastFollower += 1
      if let position {
        for record in state.ring.records(since: position, code: nil, limit: .max) {
          if case .dropped = continuation.yield(record) { lost.add() }
        }
      }
      state.followers[state.lastFollower] = Follower(continuation: continuation, lost: lost)
      return state.lastFollower
    }
    continuation.onTermination = { [weak self] _ in self?.forget(number) }
    return EventSubscription(records: records, loss: lost)
  }

  /// How many read along now.
  package var subscribers: Int { state.withLock { $0.followers.count } }

  /// Blocks until the outputs have written what was emitted before, at most for `limit`: for the end of the process. False when an output is stuck.
  @discardableResult
  package func flush(within limit: Duration = .seconds(2)) -> Bool {
    let deadline = DispatchTime.now() + .nanoseconds(Int(limit.nanoseconds))
    return pumps.reduce(true) { all, pump in pump.flush(until: deadline) && all }
  }

  /// Ends all followers: their streams finish once read to the end.
  package func finish() {
    let followers = state.withLock { state in
      defer { state.followers = [:] }
      return state.followers.values.map(\.continuation)
    }
    // Outside the lock: finishing calls `onTermination`, which takes it.
    for continuation in followers { continuation.finish() }
  }

  private func forget(_ number: Int) {
    // The removed follower is released outside the lock.
    _ = state.withLock { $0.followers.removeValue(forKey: number) }
  }
}
