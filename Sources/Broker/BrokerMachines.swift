import World

/// A machine that is registered.
struct Registration: Sendable {
  var start: Int
  var callback: String
  /// As the machine said last, 0…10000.
  var load: Int
  /// Sessions begun since it said so.
  var begun = 0
  var sessions: [String: Session] = [:]
  /// What it is asked now.
  var orders: Set<PrepareOrder> = []
}

/// What is known of a machine whether it is registered or not.
struct MachineMark: Hashable, Sendable {
  /// Registrations that failed in a row.
  var failures = 0
  /// Stays in the sin bin since the last good registration.
  var stays = 0
  /// The session that somebody has used on a pooled machine in this outage: once it is gone the machine is not clean.
  var usedSession: String?
}

struct SessionKey: Hashable, Comparable, Sendable {
  let machine: String
  let id: String
  static func < (a: SessionKey, b: SessionKey) -> Bool { (a.machine, a.id) < (b.machine, b.id) }
}

struct Session: Hashable, Sendable {
  enum State: Int, Hashable, Comparable, Sendable {
    // In the order in which they are gone back to.
    case disconnected, active, prepared
    /// The machine is asked and has not answered.
    case ordered
    static func < (a: State, b: State) -> Bool { a.rawValue < b.rawValue }
  }
  /// The SID as it was given.
  var user: String
  var state: State
  var applications: [String] = []
}

struct SessionCounts: Hashable, Sendable {
  private var of = [0, 0, 0, 0]
  subscript(state: Session.State) -> Int {
    get { of[state.rawValue] }
    set { of[state.rawValue] = newValue }
  }
}

/// Where free machines wait: those of one delivery group in one zone; machines of nobody yet, that would become somebody's own, apart.
struct Stall: Hashable, Sendable {
  let group: Int
  let zone: String
  let isForKeeps: Bool
}

/// The less the better: load, then sessions, then the name, so that equal machines are taken in one order everywhere.
struct Fitness: Comparable, Sendable {
  let load: Int
  let sessions: Int
  let key: String
  static func < (a: Fitness, b: Fitness) -> Bool { (a.load, a.sessions, a.key) < (b.load, b.sessions, b.key) }
}

extension BrokerLogic {
  static let fullLoad = 10_000

  func load(_ registration: Registration) -> Int {
    min(Self.fullLoad, registration.load + min(registration.begun, Self.fullLoad) * timers.loadPerSession)
  }

  /// Puts a machine among the free ones or takes it out, whatever is right now; told after every change of it.
  mutating func touch(_ machine: String) {
    guard let site, let known = site.machine(key: machine), let group = known.group else { return }
    let isMine = known.isAssigned || assignments[machine] != nil
    // A machine of somebody's own is found by its owner, not here.
    let stall = Stall(group: group, zone: known.zoneKey, isForKeeps: known.isStatic)
    guard let registration = registrations[machine], !(known.isStatic && isMine), takesUsers(known), hasRoom(known, registration) else {
      free[stall]?.remove(machine)
      return
    }
    free[stall, default: IndexedHeap()].set(
      machine, Fitness(load: load(registration), sessions: registration.sessions.count, key: machine))
  }

  /// Neither in maintenance nor in the sin bin.
  func takesUsers(_ machine: BrokerSite.Machine) -> Bool {
    !machine.inMaintenance && inMaintenance[machine.key] == nil && bins[machine.key] == nil
  }

  func hasRoom(_ machine: BrokerSite.Machine, _ registration: Registration) -> Bool {
    machine.support == .singleSession
      ? registration.sessions.isEmpty : load(registration) < Self.fullLoad && registration.sessions.count < Bounds.sessions
  }

  mutating func enterSinBin(_ machine: String, _ why: BrokerNews.SinBin, _ now: Moment, _ out: inout [Directive]) {
    let stay = why == .failedPrepare ? timers.machineSinBin : timers.registrationSinBin
    if bins[machine] != .failedRegistrations { bins[machine] = why }
    // A shorter stay never ends a longer one.
    if let until = alarms.moment(.sinBin(machine)), until - now >= stay { return }
    alarms.set(.sinBin(machine), now, stay)
    touch(machine)
    out.append(.say(.sinBin(machine: name(machine), why, seconds: Int(stay.inSeconds))))
  }

  mutating func leaveSinBin(_ machine: String) {
    bins[machine] = nil
    touch(machine)
  }

  mutating func enterMaintenance(_ machine: String, _ why: BrokerNews.Maintenance, _ out: inout [Directive]) {
    guard inMaintenance[machine] == nil else { return }
    inMaintenance[machine] = why
    touch(machine)
    out.append(.say(.maintenance(machine: name(machine), why)))
  }

  /// The configuration's name of a machine that is told of by name, DNS name or SID, in any letter case; nil when it is not in the configuration.
  package func machineName(_ text: String) -> String? { site?.machine(text)?.name }

  /// As the configuration spells it.
  func name(_ machine: String) -> String { site?.machine(key: machine)?.name ?? machine }
}
