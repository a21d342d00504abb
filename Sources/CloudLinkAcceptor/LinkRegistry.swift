import CloudAPI
import LinkTransport
import NIOCore
import Synchronization

/// Which connections are open and which of them are links: one for each connector, the newest.
final class LinkRegistry: Sendable {
  private struct State {
    var links: [String: ConnectorLink] = [:]
    var channels: [ObjectIdentifier: any Channel] = [:]
    var tasks: [UInt64: Task<Void, Never>] = [:]
    var lastNumber: UInt64 = 0
    var stopped = false
  }
  private let state = Mutex(State())

  /// False after `stop`.
  func enter(_ channel: any Channel) -> Bool {
    let id = ObjectIdentifier(channel)
    let entered = state.withLock { state in
      if !state.stopped { state.channels[id] = channel }
      return !state.stopped
    }
    if entered { channel.closeFuture.whenComplete { _ in self.state.withLock { $0.channels[id] = nil } } }
    return entered
  }

  func nextNumber() -> UInt64 {
    state.withLock {
      $0.lastNumber += 1
      return $0.lastNumber
    }
  }

  func connected() -> [String] { state.withLock { Array($0.links.keys) } }
  func find(_ connectorID: String) -> ConnectorLink? { state.withLock { $0.links[connectorID] } }

  /// The link can be used. Its delegate is told now and when it has ended, in this order.
  func up(_ link: ConnectorLink, telling delegate: any ConnectorLinkDelegate) {
    let id = link.peer.connectorID
    let (older, refused) = state.withLock { state -> (ConnectorLink?, Bool) in
      guard !state.stopped, state.links[id].map({ $0.number < link.number }) ?? true else { return (nil, true) }
      let older = state.links.updateValue(link, forKey: id)
      state.tasks[link.number] = Task {
        await delegate.linkUp(link.peer, link: link.number)
        let reason = (try? await link.lost.futureResult.get()) ?? "the connection ended"
        self.state.withLock { if $0.links[id]?.number == link.number { $0.links[id] = nil } }
        await delegate.linkDown(link.peer, link: link.number, reason: reason)
        self.state.withLock { $0.tasks[link.number] = nil }
      }
      return (older, false)
    }
    older?.end(LinkFailure(.closed, "a newer link of this connector has replaced this one"))
    if refused { link.end(LinkFailure(.closed, "a newer link of this connector has replaced this one")) }
  }

  func stop(_ reason: LinkFailure) async {
    let (links, channels, tasks) = state.withLock { state in
      state.stopped = true
      return (Array(state.links.values), Array(state.channels.values), Array(state.tasks.values))
    }
    for link in links { link.end(reason) }
    for channel in channels { channel.close(promise: nil) }
    for channel in channels { try? await channel.closeFuture.get() }
    for task in tasks { await task.value }
  }
}
