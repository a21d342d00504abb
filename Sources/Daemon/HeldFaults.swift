import ControlAPI
import LiveFaults
import PeerChannelLive
import ServiceKit
import Synchronization
import World

/// The faults that a laboratory has ordered of this connector, each until the end of its lease by this process's own steady clock. With the process they end.
final class HeldFaults: Sendable {
  private struct State {
    var book = FaultBook()
    /// Who waits until a fault is over.
    var waiting: [Int: [AsyncStream<Void>.Continuation]] = [:]
  }

  /// What a call meets before it reaches its service.
  struct Met: Sendable {
    var wrongAnswers: [Strike] = []
  }

  private let state = Mutex(State())
  private let clock: any WorldClock
  /// Crashes and hangs of whole services.
  private let switches: Faults

  init(clock: any WorldClock, switches: Faults) {
    self.clock = clock
    self.switches = switches
  }

  // MARK: Ordering

  /// One that is known changes nothing. Throws `ControlFailure` when its service does not run.
  func hold(_ id: Int, _ rule: FaultRule, left: Duration) throws(ControlFailure) {
    let now = clock.now().moment
    guard state.withLock({ $0.book.put(id, rule, left: left, at: now) }), rule.isOneStroke, case .service(_, let service, _) = rule.place else {
      return
    }
    guard switches.inject(rule.effect == .crash ? .crash : .hang, into: service) else {
      _ = heal(id)
      throw ControlFailure(.unavailable, "service \(service.rawValue) is not running")
    }
  }

  /// How many there were; nil: all.
  func heal(_ id: Int?) -> Int {
    let (gone, waiting) = state.withLock { state in
      let gone = state.book.clear(id)
      return (gone.count, gone.flatMap { state.waiting.removeValue(forKey: $0.id) ?? [] })
    }
    for waiter in waiting { waiter.finish() }
    return gone
  }

  /// Those whose lease is not over, in the order in which they came.
  func list() -> [HeldFault] {
    let now = clock.now().moment
    return state.withLock { state in
      state.book.expire(at: now)
      return state.book.entries.map {
        HeldFault(id: $0.id, fault: $0.rule.order, left: Int(clamping: ($0.ends - now).nanoseconds / 1_000_000))
      }
    }
  }

  // MARK: Calls

  /// Waits, throws, or lets the call through, as the faults of this operation have it.
  func before(_ service: ServiceName, _ operation: String) async throws -> Met {
    var met = Met()
    for strike in strikes(on: service, operation) {
      switch strike.effect {
      case .latency: await wait(while: strike.id, until: min(strike.ends, clock.now().moment + strike.delay))
      case .error(let code): throw WireError(WireError.Code(rawValue: code) ?? .failed, "a fault of the laboratory (\(strike.id))")
      case .wrongAnswer: met.wrongAnswers.append(strike)
      case .crash:
        _ = switches.inject(.crash, into: service)
        throw ServiceUnavailable(service: service, reason: .stopped)
      case .hang: await wait(while: strike.id, until: strike.ends)
      default: break
      }
      try Task.checkCancellation()
    }
    return met
  }

  private func strikes(on service: ServiceName, _ operation: String) -> [Strike] {
    let now = clock.now().moment
    return state.withLock { state in
      state.book.strikes(at: now) { rule in
        guard case .service(_, service, let only) = rule.place, !rule.isOneStroke else { return false }
        return only == nil || only == operation
      }
    }
  }

  private func wait(while id: Int, until moment: Moment) async {
    let (stream, end) = AsyncStream.makeStream(of: Void.self)
    let isThere = state.withLock { state in
      guard state.book.contains(id) else { return false }
      state.waiting[id, default: []].append(end)
      return true
    }
    guard isThere else { return }
    await withTaskGroup(of: Void.self) { group in
      group.addTask { for await _ in stream {} }
      group.addTask { [clock] in try? await clock.sleep(until: moment) }
      await group.next()
      group.cancelAll()
    }
  }

  // MARK: The other connectors

  /// False when what goes to the other connectors, or comes from them, does not pass now.
  func peersPass(_ direction: PeerDirection) -> Bool {
    guard !state.withLock({ $0.book.isEmpty }) else { return true }
    let now = clock.now().moment
    let strikes = state.withLock { state in
      state.book.strikes(at: now) { $0.splitsPeers(direction == .out ? .up : .down) }
    }
    return strikes.isEmpty
  }

  // MARK: The disk

  /// True when the disk is full for this write.
  func diskIsFull() -> Bool {
    guard !state.withLock({ $0.book.isEmpty }) else { return false }
    let now = clock.now().moment
    let strikes = state.withLock { state in
      state.book.strikes(at: now) { rule in if case .connector = rule.place { rule.effect == .diskFull } else { false } }
    }
    return !strikes.isEmpty
  }
}

/// An answer of another shape than the service's: still JSON, so that what reads it must notice by itself.
enum WrongAnswer {
  static func instead(of answer: [UInt8], _ strike: Strike) -> [UInt8] {
    switch strike.word % 3 {
    case 0: Array("{}".utf8)
    case 1: Array("[".utf8) + ((try? JSONValue(json: answer)) == nil ? [] : answer) + Array("]".utf8)
    default: Array(#"{"items":[],"status":"unknown"}"#.utf8)
    }
  }
}
