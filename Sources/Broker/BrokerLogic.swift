package import World

/// The broker, as a value: it is told what is asked and what time it is, and says what is answered. One for the cloud's broker, for a connector's in an outage, and
/// for the simulation.
///
/// Time is monotonic: a moment before the last one counts as the last one. Every `asked` gets exactly one `answer`. No request is trusted, and none traps.
package struct BrokerLogic: Sendable {
  package enum Side: String, Hashable, Codable, Sendable {
    case cloud
    /// A connector's: with the restrictions of an outage (product facts 3.4), and only while it serves.
    case outage
  }

  package struct Settings: Hashable, Sendable {
    package var side: Side
    /// Name of the zone whose machines register here; nil: all zones.
    package var zone: String?
    package var timers: BrokerTimers
    /// STA id under which tickets are given out.
    package var authority: String

    package init(side: Side, zone: String? = nil, timers: BrokerTimers = .documented, authority: String) {
      self.side = side
      self.zone = zone
      self.timers = timers
      self.authority = authority
    }
  }

  package enum Event: Sendable {
    /// A newer configuration replaces the one before; machines that are gone are dropped.
    case configuration(BrokerSite)
    /// `.outage` side: begins and stops brokering; at the stop all registrations are forgotten (product facts 3.4). `.cloud` side: without meaning.
    case serving(Bool)
    /// A question under the host's number; exactly one `.answer` of that number follows, now or later.
    case asked(UInt64, BrokerRequest)
    /// What the machine said; nil: it could not be reached, or did not answer in time.
    case prepared(PrepareOrder, PrepareReply?)
    /// A ticket that the peer which gave it out wants kept here also.
    case peerTicket(HeldTicket)
    /// The ticket of this number is kept wherever it can be.
    case ticketKept(UInt64)
    case due
  }

  package enum Directive: Hashable, Sendable {
    case answer(UInt64, BrokerAnswer)
    case prepare(PrepareOrder, callback: String)
    /// The answer of that number follows only after `.ticketKept`.
    case keepTicketAtPeers(UInt64, HeldTicket)
    case say(BrokerNews)
  }

  package let settings: Settings
  package internal(set) var isServing: Bool
  var timers: BrokerTimers
  var site: BrokerSite?
  var last = Moment(nanoseconds: .min)
  /// Everything that will happen by itself.
  var alarms = Alarms()

  var registrations: [String: Registration] = [:]
  /// What is known of machines apart from their registrations, and outlives these.
  var marks: [String: MachineMark] = [:]
  var bins: [String: BrokerNews.SinBin] = [:]
  var inMaintenance: [String: BrokerNews.Maintenance] = [:]
  /// Machines that can take a user, the best first.
  var free: [Stall: IndexedHeap<String, Fitness>] = [:]
  var sessionsOf: [String: Set<SessionKey>] = [:]
  var sessionCounts = SessionCounts()
  /// First assignments made here: machine's key → user's.
  var assignments: [String: String] = [:]
  /// The same the other way round.
  var assignedTo: [String: Set<String>] = [:]

  var launches: [String: Launch] = [:]
  /// What is asked of machines now, and the launches that wait for it.
  var inFlight: [PrepareOrder: [String]] = [:]
  var launchesPending = 0

  var tickets = TicketBook()
  var totals = BrokerCounts()

  package init(_ settings: Settings) {
    self.settings = settings
    timers = settings.timers
    isServing = settings.side == .cloud
  }

  /// Before this nothing happens by itself: whoever hosts the logic tells it `.due` then, and never sooner.
  package var nextDue: Moment? { alarms.first?.at }

  package mutating func handle(_ event: Event, at moment: Moment) -> [Directive] {
    let now = max(moment, last)
    last = now
    var out: [Directive] = []
    while let alarm = alarms.takeFirst(until: now) { ring(alarm, now, &out) }
    switch event {
    case .due: break
    case .configuration(let site): replace(site, now, &out)
    case .serving(let serves): if settings.side == .outage, serves != isServing { serve(serves, now, &out) }
    case .asked(let number, let request): answer(number, request, now, &out)
    case .prepared(let order, let reply): heard(order, reply, now, &out)
    case .peerTicket(let ticket): keep(ticket, now)
    case .ticketKept(let number): ticketKept(number, now, &out)
    }
    return out
  }

  private mutating func answer(_ number: UInt64, _ request: BrokerRequest, _ now: Moment, _ out: inout [Directive]) {
    let answer: BrokerAnswer?
    switch request {
    // Tickets are no registrations: what is kept is redeemed and refreshed here also when nobody is served.
    case .ticketData(let ticket): answer = ticketData(ticket)
    case .ticketRefresh(let ticket): answer = refresh(ticket, number, now, &out)
    case .ticket(let order): answer = servingRefusal ?? take(order, number, now, &out)
    case .farm: answer = refusal ?? .farm(FarmData(name: site?.name ?? "", isOutage: settings.side == .outage))
    case .register(let wanted): answer = refusal ?? register(wanted, now, &out)
    case .heartbeat(let machine): answer = refusal ?? heartbeat(machine, now)
    case .deregister(let machine, let reason): answer = refusal ?? deregister(machine, reason, now, &out)
    case .session(let notice): answer = refusal ?? session(notice, now, &out)
    case .resources(let user): answer = refusal ?? resources(of: user)
    case .sessions(let user): answer = refusal ?? sessions(of: user)
    case .launch(let order): answer = refusal ?? launch(order, number, now, &out)
    }
    if let answer { out.append(.answer(number, answer)) }
  }

  private var servingRefusal: BrokerAnswer? {
    isServing ? nil : .refused(BrokerRefusal(.notServing, "this connector does not broker now; ask again", retryAfterSeconds: 5))
  }

  private var refusal: BrokerAnswer? {
    if let servingRefusal { return servingRefusal }
    return site == nil
      ? .refused(BrokerRefusal(.noConfiguration, "no broker configuration is known here yet; load one and ask again", retryAfterSeconds: 15)) : nil
  }

  private mutating func ring(_ alarm: Alarms.Kind, _ now: Moment, _ out: inout [Directive]) {
    switch alarm {
    case .contact(let machine): drop(machine, .contactLost, now, &out)
    case .sinBin(let machine): leaveSinBin(machine)
    case .prepare(let order): heard(order, nil, now, &out)
    case .establish(let session): giveUp(session, &out)
    case .launch(let id): launches[id] = nil
    case .ticket(let ticket): tickets.remove(ticket)
    case .keepTicket(let number): notKept(number, &out)
    }
  }

  private mutating func serve(_ serves: Bool, _ now: Moment, _ out: inout [Directive]) {
    isServing = serves
    if serves {
      out.append(.say(.servingBegan))
    } else {
      out.append(.say(.servingEnded(counts)))
      forgetEverything(&out)
    }
  }
}
