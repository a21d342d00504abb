package import Broker
import Simulation
package import World

/// Many simulated machines: who is due next, how many are registered with whom, and the storms that they make.
///
/// The host performs each `Ask` and hands its answer back with `answered`; it sleeps until `nextDue`.
package struct MachineFleet: Sendable {
  package struct Ask: Hashable, Sendable {
    /// The machine's place.
    package var machine: Int
    package var broker: Int
    package var request: BrokerRequest
  }

  package private(set) var machines: [MachineLogic] = []
  package private(set) var storms = StormMeter()
  package private(set) var tally = MachineTally()
  private let places: [String: Int]
  /// Machines by when they are due: a machine stands in it once for each time that it was put there, and only the latest counts.
  private var agenda = Agenda()

  package init(_ list: [SiteMachine], settings: MachineSettings, start: Int, seed: UInt64) {
    var places: [String: Int] = [:]
    for (place, machine) in list.enumerated() {
      machines.append(MachineLogic(machine, settings: settings, start: start, seed: Mix.finish(seed &+ UInt64(place) &* Mix.golden)))
      places[machine.name.lowercased()] = place
      places[machine.dnsName.lowercased()] = place
    }
    self.places = places
  }

  /// By name or DNS name, whatever the letters' case.
  package func place(of name: String) -> Int? { places[name.lowercased()] }

  package var nextDue: Moment? { agenda.first }

  package mutating func begin(at now: Moment) {
    for place in machines.indices {
      machines[place].begin(at: now)
      storms.lost(place, cause: "the machines start", at: now)
      put(place)
    }
  }

  /// Everybody whose time has come.
  package mutating func due(at now: Moment) -> [Ask] {
    var asks: [Ask] = []
    while let place = agenda.pop(until: now) { asks += take(machines[place].due(at: now), place, at: now) }
    return asks
  }

  package mutating func answered(_ place: Int, _ answer: BrokerAnswer?, at now: Moment) -> [Ask] {
    take(machines[place].answered(answer, at: now), place, at: now)
  }

  /// Nil when there is no such machine.
  package mutating func prepare(_ order: PrepareOrder, at now: Moment) -> PrepareReply? {
    guard let place = place(of: order.machine) else { return nil }
    let reply = machines[place].prepare(order, at: now)
    if reply.accepted { tally.prepared += 1 } else { tally.prepareRefused += 1 }
    put(place)
    return reply
  }

  /// A client arrives with a session, or with its user's name when nobody told it the session.
  package mutating func connect(_ name: String, session: String?, user: String?, at now: Moment) -> (known: Bool, asks: [Ask]) {
    guard let place = place(of: name) else { return (false, []) }
    guard let id = session ?? user.flatMap({ machines[place].session(of: $0) }) else {
      tally.strangers += 1
      return (false, [])
    }
    let (known, directives) = machines[place].connect(id, at: now)
    if known { tally.connected += 1 } else { tally.strangers += 1 }
    return (known, take(directives, place, at: now))
  }

  package mutating func stop(at now: Moment) -> [Ask] { machines.indices.flatMap { take(machines[$0].stop(at: now), $0, at: now) } }

  private mutating func take(_ directives: [MachineLogic.Directive], _ place: Int, at now: Moment) -> [Ask] {
    var asks: [Ask] = []
    for directive in directives {
      switch directive {
      case .ask(let broker, let request): asks.append(Ask(machine: place, broker: broker, request: request))
      case .registered:
        tally.registrations += 1
        storms.registered(place, at: now)
      case .lost(_, let why):
        tally.losses += 1
        storms.lost(place, cause: why, at: now)
      case .refused(_, let kind): tally.refusals[kind?.rawValue ?? "noAnswer", default: 0] += 1
      }
    }
    put(place)
    return asks
  }

  private mutating func put(_ place: Int) { agenda.put(place, at: machines[place].nextDue) }

  /// What holds now.
  package var standing: MachineStanding {
    var made = MachineStanding(machines: machines.count)
    for machine in machines {
      if case .registered(let broker, _) = machine.standing {
        made.registered += 1
        made.byBroker[broker, default: 0] += 1
      }
      for session in machine.sessions.values {
        switch session.state {
        case .prepared: made.prepared += 1
        case .active: made.active += 1
        case .disconnected: made.disconnected += 1
        }
      }
    }
    return made
  }
}

/// What has happened to a fleet so far.
package struct MachineTally: Hashable, Codable, Sendable {
  package var registrations = 0
  package var losses = 0
  /// Registrations that were refused, by the refusal's kind; `noAnswer`: nobody answered.
  package var refusals: [String: Int] = [:]
  package var prepared = 0
  package var prepareRefused = 0
  package var connected = 0
  /// Clients that came with a session of which the machine knew nothing.
  package var strangers = 0

  package init() {}
}

/// How a fleet stands.
package struct MachineStanding: Hashable, Sendable {
  package var machines: Int
  package var registered = 0
  /// By the connector's number.
  package var byBroker: [Int: Int] = [:]
  package var prepared = 0
  package var active = 0
  package var disconnected = 0

  package init(machines: Int) { self.machines = machines }
}
