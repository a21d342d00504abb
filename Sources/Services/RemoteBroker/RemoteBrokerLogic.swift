package import Broker
package import BrokerXML
package import EventCatalog
import Outage
package import ServiceKit
package import World

/// Who answers machines, StoreFront and gateways: the cloud, the broker in here, or another connector; and that broker, hosted.
///
/// Every `asked` gets exactly one answer. Who brokers is known from what High Availability tells, so no request waits for that service.
package struct RemoteBrokerLogic: ServiceLogic {
  package enum Event: Sendable {
    case started
    /// High Availability says how it stands.
    case standing(OutageView)
    /// A configuration is ready to broker with, for machines of `zone`, with tickets in the name of `authority`.
    case configured(BrokerSite, zone: String?, authority: String)
    /// The configuration in use cannot be read.
    case unreadable(String)
    case listening(String)
    case listenFailed(address: String, reason: String)
    /// Whether an administrator wants tickets of this connector's own in normal mode also.
    case standalone(Bool)
    case asked(RequestID, BrokerRequest, BrokerAsker)
    case statusAsked(RequestID)
    case peerTicket(RequestID, HeldTicket)
    case relayed(RequestID, RelayOutcome)
    case prepared(PrepareOrder, PrepareReply?)
    case ticketKept(UInt64)
    /// It answers, and did not before, or as another process.
    case peerArrived(String)
    case due(Moment)
  }

  package enum Directive: Sendable {
    /// Ask the cloud's broker; `relayed` follows.
    case relay(RequestID, BrokerRequest, within: Duration)
    /// Tell High Availability what was met.
    case brokered(BrokeringKind, ok: Bool)
    case storeFrontAsked
    case prepare(PrepareOrder, callback: String)
    /// Give the ticket to the peers that answer; `ticketKept` follows.
    case keepTicket(UInt64, HeldTicket)
    /// Give these to one peer, which was away when they were given out.
    case handOver([HeldTicket], to: String)
    case readStandalone
    case wait(until: Moment)
    case emit(EventCatalog.Event)
    case answer(RequestID, RemoteBrokerAnswer)
  }

  package static func answer(in directive: Directive) -> (RequestID, Result<RemoteBrokerAnswer, any Error>)? {
    if case .answer(let id, let answer) = directive { (id, .success(answer)) } else { nil }
  }

  /// Requests that wait for the cloud at once; one more is refused as `overloaded`. Chosen: well below what one connection for each would cost in sockets.
  package static let mostRelays = 512
  /// So long the cloud's broker has for an answer: StoreFront's patience is 10 s, and whoever is refused in time can ask another connector. Chosen.
  static let relayLimit = Duration.seconds(8)
  /// A launch waits for a machine; the cloud answers it after 20 s at the latest.
  static let launchLimit = Duration.seconds(25)
  /// While the cloud fails nobody waits for it for long. Chosen.
  static let failingLimit = Duration.seconds(2)
  /// What goes well, and that StoreFront asks, is told at most so often: High Availability counts minutes. Chosen.
  static let tellEvery = Duration.seconds(1)

  var view: OutageView?
  private(set) var told: BrokerRoute?
  /// The broker in here; nil before the first configuration.
  var broker: BrokerLogic?
  /// Holds the tickets that are this connector's own in normal mode; nil unless an administrator wants such.
  var own: BrokerLogic?
  private var wantsOwnTickets = false
  private var relays: [RequestID: BrokerRequest] = [:]
  /// Answers with the cloud's tickets that wait until the peers keep these, by the number that they wait under.
  private var keeping: [UInt64: BrokerAnswer] = [:]
  private var lastTold: (ok: Bool, at: Moment)?
  private var lastStoreFront: Moment?
  private var isRelayFailing = false
  private var armed: Moment?
  private var address: String?
  private var problem: String?
  private var unreadable: String?
  var relayed = 0
  var relaysFailed = 0
  var answeredHere = 0
  var refused = 0

  package init() {}

  package mutating func handle(_ event: Event, at now: Now) -> [Directive] {
    var out = react(event, now)
    if let due = nextDue, armed.map({ due < $0 }) ?? true {
      armed = due
      out.append(.wait(until: due))
    }
    return out
  }

  private mutating func react(_ event: Event, _ now: Now) -> [Directive] {
    switch event {
    case .started: return [.readStandalone]
    case .standing(let view): return stand(view, now)
    case .configured(let site, let zone, let authority): return configured(site, zone, authority, now)
    case .unreadable(let reason):
      defer { unreadable = reason }
      return unreadable == reason ? [] : [.emit(.brokerConfigurationUnreadable(reason: reason))]
    case .listening(let address):
      self.address = address
      problem = nil
      return [.emit(.brokerListening(address: address))]
    case .listenFailed(let wanted, let reason):
      address = nil
      defer { problem = reason }
      return problem == reason ? [] : [.emit(.brokerCannotListen(address: wanted, reason: reason))]
    case .standalone(let wanted):
      wantsOwnTickets = wanted
      if wanted, own == nil, let broker { own = Self.ownTickets(broker.settings.authority) }
      return []
    case .asked(let id, let request, let asker): return (asker == .storeFront ? noteStoreFront(now) : []) + asked(id, request, now)
    case .statusAsked(let id): return [.answer(id, .status(status))]
    case .peerTicket(let id, let ticket):
      guard broker != nil else { return [.answer(id, .taken(false))] }
      // The broker has limits: only what it holds is promised.
      let out = tell(.peerTicket(ticket), now)
      return out + [.answer(id, .taken(broker?.holds(ticket.ticket) == true))]
    case .relayed(let id, let outcome): return relayed(id, outcome, now)
    case .prepared(let order, let reply): return tell(.prepared(order, reply), now)
    case .ticketKept(let number):
      if let answer = keeping.removeValue(forKey: number) { return [.answer(RequestID(number), .broker(answer))] }
      return tell(.ticketKept(number), now)
    case .peerArrived(let fqdn):
      // What is over by now is forgotten first.
      let out = tell(.due, now)
      let tickets = broker?.heldTickets(at: now.moment) ?? []
      return tickets.isEmpty ? out : out + [.handOver(tickets, to: fqdn)]
    case .due(let moment):
      if armed == moment { armed = nil }
      return tell(.due, now) + tellOwn(.due, now)
    }
  }

  // MARK: who answers

  /// Before High Availability has told anything the cloud is asked: an outage is entered by failures only.
  package var route: BrokerRoute {
    guard let view else { return .relay }
    if view.brokersHere { return .local }
    return OutageMode(rawValue: view.mode)?.brokersLocally == true ? .refuse(elected: view.elected) : .relay
  }

  private mutating func stand(_ view: OutageView, _ now: Now) -> [Directive] {
    self.view = view
    let route = route
    guard told != route else { return [] }
    let before = told
    told = route
    var out = tell(.serving(route == .local), now)
    // A first word that the cloud brokers is no news.
    if before != nil || route != .relay { out.append(.emit(.brokerRoute(route.word, mode: view.mode, elected: view.elected))) }
    return out
  }

  private mutating func asked(_ id: RequestID, _ request: BrokerRequest, _ now: Now) -> [Directive] {
    switch request {
    case .ticket where own != nil: return tellOwn(.asked(id.number, request), now)
    // What is kept here is given out here, whoever brokers: a ticket lives longer than the mode that it was made in.
    case .ticketData(let ticket), .ticketRefresh(let ticket):
      // What is over by now is forgotten first.
      let rung = tellOwn(.due, now) + tell(.due, now)
      if own?.holds(ticket) == true { return rung + tellOwn(.asked(id.number, request), now) }
      // A refresh must reach the cloud's own ticket where that can be.
      let isForCloud = if case .ticketRefresh = request { route == .relay } else { false }
      let isHere = broker?.holds(ticket) == true && !isForCloud
      return rung + (isHere ? local(id, request, now) : sent(id, request, now))
    default: break
    }
    return sent(id, request, now)
  }

  private mutating func sent(_ id: RequestID, _ request: BrokerRequest, _ now: Now) -> [Directive] {
    switch route {
    case .local: return local(id, request, now)
    case .refuse(let elected):
      let who = elected.map { "\($0) is the elected connector: ask there" } ?? "no connector is elected yet"
      return refuse(id, BrokerRefusal(.notElected, "in this outage another connector brokers; \(who)", retryAfterSeconds: elected == nil ? 5 : nil))
    case .relay:
      guard relays.count < Self.mostRelays else {
        return refuse(id, BrokerRefusal(.overloaded, "\(relays.count) requests wait for the cloud already; ask again", retryAfterSeconds: 5))
      }
      relays[id] = request
      let usual = if case .launch = request { Self.launchLimit } else { Self.relayLimit }
      return [.relay(id, request, within: isRelayFailing ? Self.failingLimit : usual)]
    }
  }

  private mutating func relayed(_ id: RequestID, _ outcome: RelayOutcome, _ now: Now) -> [Directive] {
    guard let request = relays.removeValue(forKey: id) else { return [] }
    switch outcome {
    case .answered(let answer):
      relayed += 1
      return tellBrokered(request.kind, ok: true, nil, now) + passOn(id, request, answer, now)
    case .noBroker(let reason): return refuse(id, BrokerRefusal(.notSimulated, reason))
    case .failed(let reason):
      relaysFailed += 1
      let out = tellBrokered(request.kind, ok: false, reason, now)
      // An outage may have begun while it waited; and what is kept here is refreshed here then.
      if route == .local || isKeptHere(request) { return out + local(id, request, now) }
      return out
        + refuse(id, BrokerRefusal(.cloudUnreachable, "the cloud's broker did not answer: \(reason)", retryAfterSeconds: 5))
    }
  }

  /// A ticket of the cloud's is kept here and by the peers before it is given out: it is redeemed also when the cloud is gone, or this connector.
  /// It goes out under this connector's own id, which no other customer's connector has.
  private mutating func passOn(_ id: RequestID, _ request: BrokerRequest, _ answer: BrokerAnswer, _ now: Now) -> [Directive] {
    guard case .ticket(let ticket, _, let seconds) = answer, let broker else { return [.answer(id, .broker(answer))] }
    let authority = broker.settings.authority
    let held: HeldTicket
    switch request {
    case .ticket(let order):
      held = HeldTicket(
        ticket: ticket, authority: authority, values: order.values, isRefreshable: order.isRefreshable, remainingMilliseconds: seconds * 1_000)
    case .ticketRefresh:
      // The copies live as long as the cloud's; a ticket that came another way has none.
      guard var copy = broker.held(ticket, at: now.moment) else { return [.answer(id, .broker(answer))] }
      copy.remainingMilliseconds = seconds * 1_000
      held = copy
    default: return [.answer(id, .broker(answer))]
    }
    keeping[id.number] = .ticket(ticket: ticket, authority: authority, lifetimeSeconds: seconds)
    return tell(.peerTicket(held), now) + [.keepTicket(id.number, held)]
  }

  private func isKeptHere(_ request: BrokerRequest) -> Bool {
    guard case .ticketRefresh(let ticket) = request else { return false }
    return broker?.holds(ticket) == true
  }

  mutating func refuse(_ id: RequestID, _ refusal: BrokerRefusal) -> [Directive] {
    refused += 1
    return [.answer(id, .broker(.refused(refusal)))]
  }

  // MARK: what High Availability is told

  private mutating func noteStoreFront(_ now: Now) -> [Directive] {
    if let lastStoreFront, now.moment - lastStoreFront < Self.tellEvery { return [] }
    lastStoreFront = now.moment
    return [.storeFrontAsked]
  }

  private mutating func tellBrokered(_ kind: BrokeringKind, ok: Bool, _ reason: String?, _ now: Now) -> [Directive] {
    var out: [Directive] = []
    if ok == isRelayFailing {
      isRelayFailing = !ok
      out.append(.emit(ok ? .brokerRelays() : .brokerRelayFailed(kind: kind.rawValue, reason: reason ?? "")))
    }
    if let lastTold, lastTold.ok == ok, now.moment - lastTold.at < Self.tellEvery { return out }
    lastTold = (ok, now.moment)
    return out + [.brokered(kind, ok: ok)]
  }

  private var status: RemoteBrokerStatus {
    RemoteBrokerStatus(
      brokers: route.word, mode: view?.mode, elected: view?.elected, address: address, problem: problem ?? unreadable,
      authority: broker?.settings.authority, standaloneTickets: wantsOwnTickets, revision: broker.map { $0.counts.revision },
      zone: broker?.settings.zone, counts: broker?.counts, relayed: relayed, relaysFailed: relaysFailed, answeredHere: answeredHere,
      refused: refused)
  }

  mutating func configured(_ site: BrokerSite, _ zone: String?, _ authority: String, _ now: Now) -> [Directive] {
    unreadable = nil
    var out: [Directive] = []
    // Its zone and its name are for life: another one begins empty, which is harmless only while nobody registers here.
    if broker == nil || (broker?.settings.zone != zone && broker?.isServing == false) {
      broker = BrokerLogic(.init(side: .outage, zone: zone, authority: authority))
      out += tell(.serving(route == .local), now)
    }
    if wantsOwnTickets, own == nil { own = Self.ownTickets(authority) }
    return out + tell(.configuration(site), now)
  }
}

extension BrokerRequest {
  /// As what a failure of it counts.
  package var kind: BrokeringKind {
    switch self {
    case .register: .registration
    case .heartbeat, .deregister, .session: .relay
    case .resources, .sessions, .farm: .enumeration
    case .launch: .launch
    case .ticket, .ticketData, .ticketRefresh: .ticket
    }
  }
}
