import Simulation
import World

/// The engine with what its events are.
struct Agenda {
  private var engine: Engine
  private var events: [FleetEvent?] = []

  init(seed: Seed) { engine = Engine(seed: seed) }

  var now: Moment { engine.now }
  var ran: Int { engine.ran }
  var waiting: Int { engine.waiting }

  @discardableResult
  mutating func schedule(_ event: FleetEvent, at: Moment, lane: Lane = .main) -> TimerHandle {
    let handle = engine.schedule(at: at, lane: lane)
    if Int(handle.slot) < events.count { events[Int(handle.slot)] = event } else { events.append(event) }
    return handle
  }

  @discardableResult
  mutating func schedule(_ event: FleetEvent, after: Duration, lane: Lane = .main) -> TimerHandle { schedule(event, at: now + after, lane: lane) }

  mutating func cancel(_ handle: TimerHandle) {
    if engine.cancel(handle) { events[Int(handle.slot)] = nil }
  }

  mutating func next(until end: Moment) -> FleetEvent? {
    guard let handle = engine.next(until: end) else { return nil }
    return events[Int(handle.slot)].take()
  }
}
