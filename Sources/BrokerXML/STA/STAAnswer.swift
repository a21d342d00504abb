import Broker

/// Prints the answers of a Secure Ticket Authority.
struct STAAnswer {
  enum Kind: String, CaseIterable {
    case ticket, data, refresh

    var element: StaticString {
      switch self {
      case .ticket: "ResponseTicket"
      case .data: "ResponseData"
      case .refresh: "ResponseRefresh"
      }
    }

    init?(request: XMLElement) {
      guard let kind = Self.allCases.first(where: { request.named("Request" + $0.rawValue) }) else { return nil }
      self = kind
    }
  }

  private var writer = XMLWriter(doctype: ("CtxSTAProtocol", "CtxSTA.dtd"))

  init(version: NFuseVersion) { writer.begin("CtxSTAProtocol", ("version", version.description)) }

  /// Of a new ticket and of one that was refreshed.
  mutating func ticket(_ kind: Kind, _ ticket: String, authority: String, version: String) -> XMLReply {
    writer.begin(kind.element)
    writer.element("AuthorityID", authority)
    writer.element("Ticket", ticket)
    writer.element("TicketVersion", version)
    return finish()
  }

  mutating func data(_ values: [String: String]) -> XMLReply {
    writer.begin(Kind.data.element)
    writer.begin("TicketData")
    for (name, value) in values.sorted(by: { $0.key < $1.key }) { writer.element("Value", value, ("name", name)) }
    return finish()
  }

  mutating func refuse(_ kind: Kind?, _ answer: BrokerAnswer) -> XMLReply {
    guard case .refused(let refusal) = answer else { return refuse(kind, BrokerRefusal.unfit(kind?.rawValue ?? "that")) }
    return refuse(kind, refusal)
  }

  mutating func refuse(_ kind: Kind?, _ refusal: BrokerRefusal) -> XMLReply {
    if let kind { writer.begin(kind.element) }
    writer.element("ErrorId", Self.errorId(refusal.kind))
    return finish(refusal)
  }

  /// No list of the protocol's ids was found: those of NFuse where one fits, and two of our own for tickets and for what cannot be read.
  static func errorId(_ kind: BrokerRefusal.Kind) -> String {
    switch kind {
    case .unknownTicket: "ticket-not-found"
    case .badRequest: "bad-request"
    case .notElected, .notServing, .cloudUnreachable, .noConfiguration: "service-unavailable"
    case .overloaded: "mfserver-overloaded"
    case .notEntitled: "not-trusted"
    case .unknownMachine, .notRegistered, .registrationRefused, .inSinBin, .unknownResource, .noMachine, .inMaintenance, .disabled, .notInOutage,
      .prepareFailed, .notSimulated:
      "unspecified"
    }
  }

  private mutating func finish(_ refusal: BrokerRefusal? = nil) -> XMLReply { XMLReply(bytes: writer.finish(), refusal: refusal) }
}
