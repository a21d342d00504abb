import LiveFaults
import NIOCore
import Synchronization
import World

/// Which faults hold for which connector's link, and which connections they concern.
final class LinkFaultTable: Sendable {
  private struct Held {
    var fault: LinkFault
    var ends: Moment
  }
  private struct Connection {
    var loop: any EventLoop
    var handler: NIOLoopBound<LinkFaultHandler>
  }
  private struct State {
    var held: [String: [Held]] = [:]
    var connections: [String: [ObjectIdentifier: Connection]] = [:]
    /// How many connections each fault has met.
    var met: [Int: UInt64] = [:]

    /// What a connection gets that meets these faults now.
    mutating func faults(of connector: String, at now: Moment) -> [LinkFault] {
      held[connector]?.removeAll { $0.ends <= now }
      return (held[connector] ?? []).map { held in
        var fault = held.fault
        fault.left = held.ends - now
        fault.connection = met[fault.id, default: 0]
        met[fault.id] = fault.connection + 1
        return fault
      }
    }
  }
  private let state = Mutex(State())
  private let clock: any WorldClock

  init(clock: any WorldClock) { self.clock = clock }

  func set(_ faults: [LinkFault], of connector: String) {
    let now = clock.now().moment
    let told = state.withLock { state -> [(Connection, [LinkFault])] in
      let known = Dictionary((state.held[connector] ?? []).map { ($0.fault.id, $0) }, uniquingKeysWith: { $1 })
      // A lease that is known ends when it was said to end.
      state.held[connector] = faults.isEmpty ? nil : faults.map { known[$0.id] ?? Held(fault: $0, ends: now + $0.left) }
      return state.connections[connector, default: [:]].values.map { ($0, state.faults(of: connector, at: now)) }
    }
    for (connection, faults) in told { connection.loop.execute { connection.handler.value.apply(faults) } }
  }

  /// On the connection's event loop, once it is known whose connection it is.
  func enter(_ handler: LinkFaultHandler, of connector: String, _ channel: any Channel) {
    let now = clock.now().moment
    let id = ObjectIdentifier(handler)
    let connection = Connection(loop: channel.eventLoop, handler: NIOLoopBound(handler, eventLoop: channel.eventLoop))
    let faults = state.withLock { state in
      state.connections[connector, default: [:]][id] = connection
      return state.faults(of: connector, at: now)
    }
    channel.closeFuture.whenComplete { _ in
      self.state.withLock { state in
        state.connections[connector]?[id] = nil
        if state.connections[connector]?.isEmpty ?? false { state.connections[connector] = nil }
      }
    }
    if !faults.isEmpty { handler.apply(faults) }
  }

  /// Heals everything: an end that stops must not wait for what it holds.
  func clear() {
    for connector in state.withLock({ Array($0.held.keys) }) { set([], of: connector) }
  }
}
