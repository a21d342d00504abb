import Broker
import EventCatalog
import ServiceKit
import World

/// The brokers hosted here: what they say becomes what this service does.
extension RemoteBrokerLogic {
  var nextDue: Moment? { [broker?.nextDue, own?.nextDue].compactMap(\.self).min() }

  mutating func local(_ id: RequestID, _ request: BrokerRequest, _ now: Now) -> [Directive] {
    guard broker != nil else {
      return refuse(
        id,
        BrokerRefusal(.noConfiguration, "this connector has no broker configuration yet; connectorctl sync status says why", retryAfterSeconds: 15))
    }
    answeredHere += 1
    return tell(.asked(id.number, request), now)
  }

  mutating func tell(_ event: BrokerLogic.Event, _ now: Now) -> [Directive] {
    guard let said = broker?.handle(event, at: now.moment) else { return [] }
    return said.flatMap { directive -> [Directive] in
      switch directive {
      case .answer(let number, let answer): [.answer(RequestID(number), .broker(answer))]
      case .prepare(let order, let callback): [.prepare(order, callback: callback)]
      case .keepTicketAtPeers(let number, let ticket): [.keepTicket(number, ticket)]
      case .say(let news): Self.event(news).map { [.emit($0)] } ?? []
      }
    }
  }

  mutating func tellOwn(_ event: BrokerLogic.Event, _ now: Now) -> [Directive] {
    guard let said = own?.handle(event, at: now.moment) else { return [] }
    var out: [Directive] = []
    for directive in said {
      switch directive {
      case .answer(let number, let answer):
        answeredHere += 1
        out.append(.answer(RequestID(number), .broker(answer)))
      // Nobody else gives out tickets in this connector's name.
      case .keepTicketAtPeers(let number, _): out += tellOwn(.ticketKept(number), now)
      case .prepare, .say: break
      }
    }
    return out
  }

  /// A ticket authority that knows no machines and serves always.
  static func ownTickets(_ authority: String) -> BrokerLogic { BrokerLogic(.init(side: .cloud, authority: authority)) }

  /// Nil: it is counted, and no event of its own.
  static func event(_ news: BrokerNews) -> EventCatalog.Event? {
    switch news {
    case .servingBegan, .launchRefused: nil
    case .servingEnded(let counts):
      .brokerServingEnded(
        registrations: counts.registrations, launched: counts.launched, refused: counts.launchesRefused, forgotten: counts.registered)
    case .configured(let revision, let machines, let dropped): .brokerConfigured(revision: revision, machines: machines, dropped: dropped)
    case .registered(let machine, let again): again ? nil : .brokerRegistered(machine: machine)
    case .deregistered(let machine, let reason): .brokerDeregistered(machine: machine, reason: reason.rawValue)
    case .registrationRefused(let machine, let reason): .brokerRegistrationRefused(machine: machine, reason: reason.rawValue)
    case .sinBin(let machine, let why, let seconds): .brokerSinBin(machine: machine, reason: why.rawValue, seconds: seconds)
    case .maintenance(let machine, let why): .brokerMaintenance(machine: machine, reason: why.rawValue)
    case .assigned(let machine, let user): .brokerAssigned(machine: machine, user: user)
    case .launched(let launch, let brokered): .brokerLaunched(launch: launch, machine: brokered.machine, session: brokered.session)
    case .sessionGivenUp(let machine, let session): .brokerSessionGivenUp(machine: machine, session: session)
    }
  }
}
