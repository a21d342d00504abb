package import Broker
import Simulation
package import World

/// One simulated machine (VDA), as a value.
///
/// - It tries the connectors of its location in random order (product facts 8), one after the other, until one registers it. When none does it waits, longer
///   each time, never longer than the heartbeat that it was last told, and never longer than five minutes.
/// - It beats as often as the broker told it. A beat that is refused or not answered ends its registration, and it looks for a broker at once.
/// - What it was prepared for it keeps, whoever it is registered with, and says so in its next registration.
/// - One question is out at a time. Whoever asks for it (`.ask`) answers with `answered`, nil when nobody could be reached.
package struct MachineLogic: Sendable {
  package enum Standing: Hashable, Sendable {
    case off
    /// It waits, or asks one after the other.
    case unregistered
    /// - Parameters:
    ///   - broker: its number.
    ///   - heartbeat: how often it beats.
    case registered(broker: Int, heartbeat: Duration)
  }

  package enum Directive: Hashable, Sendable {
    case ask(broker: Int, BrokerRequest)
    case registered(broker: Int)
    /// It is registered no longer: why, in the broker's words.
    case lost(broker: Int, why: String)
    case refused(broker: Int, BrokerRefusal.Kind?)
  }

  package let machine: SiteMachine
  package let settings: MachineSettings
  /// Grows with each start of the agent.
  package let start: Int
  package private(set) var standing = Standing.off
  package private(set) var sessions: [String: SiteSession] = [:]
  private var draws: Draws
  /// The question that is out.
  private var asked: Question?
  /// Connectors that this round has yet to ask; the last is the next.
  private var round: [Int] = []
  private var failedRounds = 0
  /// The heartbeat that a broker last told; it bounds the wait.
  private var toldHeartbeat: Duration?
  private var notBefore: Duration = .zero
  /// When it looks for a broker, or beats.
  private var next: Moment?
  private var notices: [SessionNotice] = []
  /// Sessions that have ended, the latest last, for whoever checks a launch late.
  private var ended: [String] = []

  private enum Question: Hashable, Sendable {
    case register(Int)
    case heartbeat(Int)
    case notice(Int, SessionNotice)
    case farewell
  }

  package init(_ machine: SiteMachine, settings: MachineSettings, start: Int, seed: UInt64) {
    self.machine = machine
    self.settings = settings
    self.start = start
    draws = Draws(seed)
  }

  package var callback: String { "\(settings.callbackBase)/\(machine.name)" }

  /// 0…10000: how full it is.
  package var load: Int { min(10_000, sessions.count * 10_000 / (machine.isMultiSession ? max(1, settings.capacity) : 1)) }

  /// Before this nothing happens by itself; nil: never.
  package var nextDue: Moment? {
    guard standing != .off else { return nil }
    return ([asked == nil ? next : nil] + sessions.values.map(\.due)).compactMap(\.self).min()
  }

  /// The agent starts.
  package mutating func begin(at now: Moment) {
    guard standing == .off else { return }
    standing = .unregistered
    next = now + draws.duration(.zero, settings.startWithin)
  }

  /// The machine is shut down: a registered one says so first.
  package mutating func stop(at now: Moment) -> [Directive] {
    let was = standing
    standing = .off
    sessions = [:]
    notices = []
    next = nil
    guard case .registered(let broker, _) = was else { return [] }
    asked = .farewell
    return [.ask(broker: broker, .deregister(machine: machine.name, reason: .agentShutdown))]
  }

  /// Does what is due by now: looks for a broker, beats, ends sessions.
  package mutating func due(at now: Moment) -> [Directive] {
    guard standing != .off else { return [] }
    var out = endSessions(at: now)
    if asked == nil, let next, next <= now { out += speak(at: now) }
    if asked == nil { out += sayNotices(at: now) }
    return out
  }

  private mutating func speak(at now: Moment) -> [Directive] {
    if case .registered(let broker, _) = standing {
      asked = .heartbeat(broker)
      return [.ask(broker: broker, .heartbeat(machine: machine.name))]
    }
    if round.isEmpty { round = Array(0..<settings.brokers).shuffled(using: &draws) }
    return askNext(at: now)
  }

  private mutating func askNext(at now: Moment) -> [Directive] {
    guard let broker = round.popLast() else {
      wait(at: now)
      return []
    }
    asked = .register(broker)
    // The registration carries every session as it is now.
    notices = []
    let known = sessions.values.map(\.known).sorted { $0.id < $1.id }
    return [
      .ask(
        broker: broker,
        .register(
          MachineRegistration(
            machine: machine.name, start: start, callback: callback, agentVersion: settings.agentVersion,
            sessionSupport: machine.isMultiSession ? .multiSession : .singleSession, sessions: known, load: load)))
    ]
  }

  /// Between half of the pause and all of it, so that those who were refused together do not come again together.
  private mutating func wait(at now: Moment) {
    let longest = toldHeartbeat.map { max(settings.firstPause, min($0, settings.longestPause)) } ?? settings.longestFirstPause
    let pause = min(settings.firstPause * (1 << min(failedRounds, 16)), longest)
    failedRounds += 1
    next = now + max(draws.duration(pause / 2, pause), min(notBefore, settings.longestPause))
    notBefore = .zero
  }

  /// - Parameter answer: of the question that is out; nil when nobody answered it.
  package mutating func answered(_ answer: BrokerAnswer?, at now: Moment) -> [Directive] {
    guard let question = asked else { return [] }
    asked = nil
    guard standing != .off else { return [] }
    switch question {
    case .register(let broker): return registration(broker, answer, at: now)
    case .heartbeat(let broker): return beat(broker, answer, at: now)
    case .notice(let broker, let notice): return noticed(broker, notice, answer, at: now)
    case .farewell: return []
    }
  }

  private mutating func registration(_ broker: Int, _ answer: BrokerAnswer?, at now: Moment) -> [Directive] {
    if case .registered(let seconds) = answer {
      let heartbeat = Duration.seconds(max(1, seconds))
      standing = .registered(broker: broker, heartbeat: heartbeat)
      (toldHeartbeat, failedRounds, round, notBefore) = (heartbeat, 0, [], .zero)
      next = now + heartbeat
      return [.registered(broker: broker)] + sayNotices(at: now)
    }
    var kind: BrokerRefusal.Kind?
    if case .refused(let refusal) = answer {
      kind = refusal.kind
      notBefore = max(notBefore, .seconds(refusal.retryAfterSeconds ?? 0))
    }
    return [.refused(broker: broker, kind)] + askNext(at: now)
  }

  private mutating func beat(_ broker: Int, _ answer: BrokerAnswer?, at now: Moment) -> [Directive] {
    switch answer {
    case .registered(let seconds): return beats(broker, every: .seconds(max(1, seconds)), at: now)
    case .refused(let refusal) where refusal.kind == .overloaded:
      next = now + max(settings.busyPause, .seconds(refusal.retryAfterSeconds ?? 0))
      return sayNotices(at: now)
    case .refused(let refusal): return lose(broker, "\(refusal)", at: now)
    case nil: return lose(broker, "no answer", at: now)
    case .some: return beats(broker, every: toldHeartbeat ?? settings.longestPause, at: now)
    }
  }

  private mutating func beats(_ broker: Int, every heartbeat: Duration, at now: Moment) -> [Directive] {
    standing = .registered(broker: broker, heartbeat: heartbeat)
    toldHeartbeat = heartbeat
    next = now + heartbeat
    return sayNotices(at: now)
  }

  private mutating func lose(_ broker: Int, _ why: String, at now: Moment) -> [Directive] {
    standing = .unregistered
    (failedRounds, round, notices) = (0, [], [])
    // Not all in the same instant: within a second. Chosen.
    next = now + draws.duration(.zero, .seconds(1))
    return [.lost(broker: broker, why: why)]
  }

  private mutating func noticed(_ broker: Int, _ notice: SessionNotice, _ answer: BrokerAnswer?, at now: Moment) -> [Directive] {
    switch answer {
    case .refused(let refusal) where refusal.kind == .overloaded:
      // Said again with the next heartbeat.
      notices.insert(notice, at: 0)
      return []
    case .refused(let refusal) where Self.endsRegistration(refusal.kind): return lose(broker, "\(refusal)", at: now)
    case nil: return lose(broker, "no answer", at: now)
    default: return sayNotices(at: now)
    }
  }

  private static func endsRegistration(_ kind: BrokerRefusal.Kind) -> Bool {
    switch kind {
    case .notElected, .notServing, .cloudUnreachable, .noConfiguration, .notRegistered, .unknownMachine, .registrationRefused, .inSinBin: true
    default: false
    }
  }

  private mutating func sayNotices(at now: Moment) -> [Directive] {
    guard asked == nil, case .registered(let broker, _) = standing, !notices.isEmpty else { return [] }
    let notice = notices.removeFirst()
    asked = .notice(broker, notice)
    return [.ask(broker: broker, .session(notice))]
  }
}

// MARK: sessions

extension MachineLogic {
  /// A broker wants it ready for a user. Asked again with the same session it says the same.
  package mutating func prepare(_ order: PrepareOrder, at now: Moment) -> PrepareReply {
    guard standing != .off else { return PrepareReply(accepted: false, reason: "\(machine.name) is shutting down", load: load) }
    if var session = sessions[order.session] {
      guard session.user == order.user else {
        return PrepareReply(accepted: false, reason: "session \(order.session) is another user's", load: load)
      }
      if let application = order.application, !session.applications.contains(application) { session.applications.append(application) }
      sessions[order.session] = session
      return PrepareReply(accepted: true, load: load)
    }
    if !machine.isMultiSession, let other = sessions.values.first {
      return PrepareReply(
        accepted: false, reason: "\(machine.name) has a session of \(other.user == order.user ? "this" : "another") user", load: load)
    }
    guard load < 10_000 else { return PrepareReply(accepted: false, reason: "\(machine.name) is full", load: load) }
    sessions[order.session] = SiteSession(
      id: order.session, user: order.user, state: .prepared, applications: order.application.map { [$0] } ?? [],
      due: now + settings.establishWithin)
    return PrepareReply(accepted: true, load: load)
  }

  /// A user's client arrives. False when the machine knows nothing of the session, which then is lost.
  package mutating func connect(_ id: String, at now: Moment) -> (known: Bool, directives: [Directive]) {
    guard var session = sessions[id] else { return (ended.contains(id), []) }
    guard session.state != .active else { return (true, []) }
    session.state = .active
    let lasts = draws.duration(settings.sessionAtLeast, max(settings.sessionAtLeast, settings.sessionAtMost))
    session.disconnectsFirst = draws.chance(settings.disconnects)
    session.due = now + (session.disconnectsFirst ? lasts / 2 : lasts)
    sessions[id] = session
    return (true, notice(id, .connected, at: now))
  }

  private mutating func endSessions(at now: Moment) -> [Directive] {
    var out: [Directive] = []
    for id in sessions.values.filter({ $0.due <= now }).map(\.id).sorted() {
      guard var session = sessions[id] else { continue }
      if session.state == .active, session.disconnectsFirst {
        session.state = .disconnected
        session.due = now + draws.duration(settings.sessionAtLeast, max(settings.sessionAtLeast, settings.sessionAtMost))
        sessions[id] = session
        out += notice(id, .disconnected, at: now)
        continue
      }
      sessions[id] = nil
      ended.append(id)
      if ended.count > 256 { ended.removeFirst() }
      out += notice(id, .ended, at: now)
    }
    return out
  }

  private mutating func notice(_ id: String, _ change: SessionNotice.Change, at now: Moment) -> [Directive] {
    notices.append(SessionNotice(machine: machine.name, session: id, change: change, load: load))
    return sayNotices(at: now)
  }

  /// Whether it knows, or knew lately, the session.
  package func knows(_ session: String) -> Bool { sessions[session] != nil || ended.contains(session) }

  /// The user's session here, if there is one.
  package func session(of user: String) -> String? { sessions.values.filter { $0.user == user }.map(\.id).min() }
}
