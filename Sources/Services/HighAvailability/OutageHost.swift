import EventCatalog
import Outage
package import ServiceKit
package import World

/// What the outage state machine is told in this service.
package enum OutageSignal: Sendable {
  case due
  /// What the link to the cloud says: up, down, or neither yet.
  case looked(Bool?)
  /// What the registry says of a forced outage; nil: it could not be read. A reading that an order has overtaken says nothing.
  case forceRead(Bool?, order: Int)
  /// An administrator has just ordered it.
  case forced(Bool, reason: String)
  case brokered(BrokeringKind, ok: Bool)
  case storeFrontAsked
  /// What the Config Synchronizer says of its imports.
  case importing(Bool)
  /// Learnt late: how long ago StoreFront asked last.
  case storeFrontAskedAgo(Duration)
  case recorded(OutageFlag, Bool, isDone: Bool)
}

/// What it has done.
package enum OutageTask: Hashable, Sendable {
  case lookAtCloud
  case readForced(order: Int)
  case wait(until: Moment)
  case record(OutageFlag, Bool)
  /// Who asks without waiting for this service is told.
  case tell(Standing)
  case abandonImport
}

/// What others need to know without asking this service each time.
package struct Standing: Hashable, Sendable {
  package var view: OutageView
  /// With what this connector says hello; nil while it does not know its own id.
  package var hello: PeerHello?
  /// The peers that answer at present.
  package var peers: [Peer]

  package struct Peer: Hashable, Sendable {
    package var server: EdgeServer
    /// Of the process that answered: another one has lost what this one knew.
    package var boot: String?
  }
}

/// Where administrators look for its state, in the settings registry.
package enum OutageFlag: String, CaseIterable, Sendable {
  /// `LHC\OutageModeEntered`
  case entered
  /// `LHC\Enabled`
  case enabled
}

/// The outage state machine, and what it needs around it: its timer, its flags in the registry, the order of an administrator.
struct OutageHost: Sendable {
  private(set) var logic: OutageLogic
  /// Why it is forced, as far as this process was told.
  private(set) var forcedReason: String?
  private let forceCheckEvery: Duration
  private var armed: Moment?
  private var nextForceCheck: Moment?
  private var order = 0
  private var wanted: [OutageFlag: Bool] = [:]
  private var written: [OutageFlag: Bool] = [:]
  private var writing: Set<OutageFlag> = []

  init(_ settings: OutageLogic.Settings, forceCheckEvery: Duration) {
    logic = OutageLogic(settings)
    self.forceCheckEvery = forceCheckEvery
  }

  /// Once in every round of the service: the link is looked at, and now and then whether an outage is forced.
  mutating func round(_ now: Now) -> [HighAvailabilityLogic.Directive] {
    var out: [HighAvailabilityLogic.Directive] = [.outage(.lookAtCloud)]
    if nextForceCheck.map({ now.moment >= $0 }) ?? true {
      nextForceCheck = now.moment + forceCheckEvery
      out.append(.outage(.readForced(order: order)))
    }
    return out + record()
  }

  mutating func take(_ signal: OutageSignal, _ now: Now) -> [HighAvailabilityLogic.Directive] {
    switch signal {
    case .due:
      if let armed, now.moment >= armed { self.armed = nil }
      return tell(.due, now)
    case .looked(let ok): return ok.map { tell(.probed(ok: $0), now) } ?? []
    case .forceRead(let forced, let order):
      guard let forced, order == self.order else { return [] }
      if !forced { forcedReason = nil }
      return force(forced, reason: "the registry says so", now)
    case .forced(let forced, let reason):
      order += 1
      forcedReason = forced ? reason : nil
      return force(forced, reason: reason, now)
    case .brokered(let kind, let ok): return tell(.brokered(.init(kind), ok: ok), now)
    case .storeFrontAsked: return tell(.storeFrontAsked, now)
    case .importing(let importing): return tell(.importing(importing), now)
    case .storeFrontAskedAgo(let ago): return tell(.storeFrontAskedAgo(ago), now)
    case .recorded(let flag, let value, let isDone):
      writing.remove(flag)
      written[flag] = isDone ? value : nil
      return []
    }
  }

  private mutating func force(_ forced: Bool, reason: String, _ now: Now) -> [HighAvailabilityLogic.Directive] {
    guard forced != logic.isForced else { return [] }
    return [.emit(.outageForced(forced, reason: reason))] + tell(.forced(forced), now)
  }

  mutating func tell(_ event: OutageEvent, _ now: Now) -> [HighAvailabilityLogic.Directive] {
    var out = logic.handle(event, at: now.moment).flatMap { directive -> [HighAvailabilityLogic.Directive] in
      switch directive {
      case .changed(let change):
        [.emit(.outageModeChanged(change.to.title, before: change.from.title, rule: change.rule.rawValue, reason: change.rule.sentence))]
      case .probeCloud: [.outage(.lookAtCloud)]
      // Whoever brokers hears of it by the standing, which is told after every event that changed it.
      case .serve, .stopServing: []
      case .abandonImport: [.outage(.abandonImport)]
      case .takesPart(let takesPart): want(.enabled, takesPart)
      case .say(let news): [.emit(Self.event(news))]
      }
    }
    out += want(.entered, logic.isServing) + record()
    if let due = logic.nextDue, armed.map({ due < $0 }) ?? true {
      armed = due
      out.append(.outage(.wait(until: due)))
    }
    return out
  }

  private mutating func want(_ flag: OutageFlag, _ value: Bool) -> [HighAvailabilityLogic.Directive] {
    wanted[flag] = value
    return []
  }

  /// A write that failed is tried again one round later.
  private mutating func record() -> [HighAvailabilityLogic.Directive] {
    OutageFlag.allCases.compactMap { flag in
      guard let value = wanted[flag], written[flag] != value, !writing.contains(flag) else { return nil }
      writing.insert(flag)
      return .outage(.record(flag, value))
    }
  }

  private static func event(_ news: OutageNews) -> Event {
    switch news {
    case .began(let rule): .outageBegan(reason: rule.sentence)
    case .ended(let duration): .outageEnded(after: milliseconds(duration))
    case .lasts(let mode, let duration): .outageLasts(mode: mode.title, for: milliseconds(duration))
    case .barred(.noStoreFront): .outageBarred(reason: "StoreFront has not asked this connector anything for three days, or never")
    case .barred(.peerVouches(let peer)): .outageBarred(reason: "\(peer) reaches the cloud and is there for StoreFront and machines")
    }
  }

  private static func milliseconds(_ duration: Duration) -> Int { Int(clamping: duration.nanoseconds / 1_000_000) }
}

extension OutageEvent.Brokered {
  init(_ kind: BrokeringKind) {
    self =
      switch kind {
      case .enumeration: .enumeration
      case .launch: .launch
      case .relay: .relay
      case .ticket: .ticket
      case .registration: .registration
      }
  }
}

extension PeerWord {
  /// Nil: the peer tells nothing of it.
  init?(_ hello: PeerHello) {
    guard let mode = hello.mode.flatMap(OutageMode.init(rawValue:)) else { return nil }
    self.init(reachesCloud: hello.reachesCloud, mode: mode)
  }
}
