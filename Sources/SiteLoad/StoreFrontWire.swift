import BrokerXML
import SimulatedSite
import XMLExpat

/// StoreFront's side of the XML service and of the Secure Ticket Authority: requests as it sends them, answers as it reads them.
struct StoreFrontWire: Sendable {
  enum Question: Hashable, Sendable {
    case farm
    case resources(SiteUser)
    case launch(SiteUser, resource: String, client: String)
    case sessions(SiteUser)
    case ticket([String: String], isRefreshable: Bool)
    case ticketData(String)
    case ticketRefresh(String)
  }

  static func path(_ question: Question) -> String {
    switch question {
    case .farm, .resources, .launch, .sessions: "/scripts/wpnbr.dll"
    case .ticket, .ticketData, .ticketRefresh: "/Scripts/CtxSTA.dll"
    }
  }

  static func body(_ question: Question) -> [UInt8] {
    switch question {
    case .farm:
      return nfuse("4.1") { writer in
        writer.begin("RequestServerFarmData")
        writer.element("Nil")
      }
    case .resources(let user):
      return nfuse("5.0") { writer in
        writer.begin("RequestAppData")
        writer.element("Scope", "", ("traverse", "subtree"))
        writer.element("DesiredDetails", "defaults")
        writer.element("ServerType", "all")
        writer.element("ClientType", "ica30")
        credentials(user, &writer)
      }
    case .launch(let user, let resource, let client):
      return nfuse("4.1") { writer in
        writer.begin("RequestAddress")
        writer.begin("Name")
        writer.element("AppName", resource)
        writer.end()
        writer.element("ClientName", client)
        writer.element("ServerAddress", "", ("addresstype", "dns"))
        writer.element("ServerType", "win32")
        writer.element("ClientType", "ica30")
        credentials(user, &writer)
      }
    case .sessions(let user):
      return nfuse("4.1") { writer in
        writer.begin("RequestReconnectSessionData")
        credentials(user, &writer)
        writer.element("ServerType", "all")
        writer.element("ClientType", "ica30")
        writer.element("SessionType", "disconnected")
      }
    case .ticket(let values, let isRefreshable):
      return sta { writer in
        writer.begin("RequestTicket")
        writer.element("AllowedTicketType", "STA-v4")
        writer.element("AllowedAuthorityIDType", "STA-v1")
        writer.begin("TicketData")
        for (name, value) in values.sorted(by: { $0.key < $1.key }) { writer.element("Value", value, ("name", name)) }
        writer.end()
        writer.begin("Control")
        writer.element("Refreshable", isRefreshable ? "true" : "false")
        writer.end()
      }
    case .ticketData(let ticket):
      return sta { writer in
        writer.begin("RequestData")
        writer.element("Ticket", ticket)
      }
    case .ticketRefresh(let ticket):
      return sta { writer in
        writer.begin("RequestRefresh")
        writer.element("Ticket", ticket)
      }
    }
  }

  private static func nfuse(_ version: String, _ body: (inout XMLWriter) -> Void) -> [UInt8] {
    var writer = XMLWriter(doctype: ("NFuseProtocol", "NFuse.dtd"))
    writer.begin("NFuseProtocol", ("version", version))
    body(&writer)
    return writer.finish()
  }

  private static func sta(_ body: (inout XMLWriter) -> Void) -> [UInt8] {
    var writer = XMLWriter(doctype: ("CtxSTAProtocol", "CtxSTA.dtd"))
    writer.begin("CtxSTAProtocol", ("version", "4.0"))
    body(&writer)
    return writer.finish()
  }

  /// Without a password: StoreFront has checked it when the user logged on.
  private static func credentials(_ user: SiteUser, _ writer: inout XMLWriter) {
    writer.begin("Credentials")
    writer.element("UserName", user.name)
    writer.element("Domain", user.domain, ("type", "NT"))
    writer.end()
  }

  /// Reads whatever a server sent; what is none is `.silent`, with the reason.
  static func answer(_ bytes: [UInt8], to question: Question) -> ServerAnswer {
    guard let root = try? XMLReader.read(bytes) else { return .silent("unreadable-answer") }
    if let id = root.word("ErrorId") { return .refused(id) }
    guard let body = root.children.first else { return .silent("empty-answer") }
    if let id = body.word("ErrorId") { return .refused(id) }
    switch question {
    case .farm: return .farm(body["ServerFarmData"]?.word("ServerFarmName") ?? "")
    case .resources: return .resources((body["AppDataSet"]?.all("AppData") ?? []).compactMap { $0.word("InName") })
    case .sessions: return .sessions(body["AppDataSet"]?.all("AppData").count ?? 0)
    case .launch:
      guard let host = body.word("ServerAddress") else { return .silent("answer-without-address") }
      let tag = body.word("TicketTag").map { $0.hasPrefix("IMAHostId:") ? String($0.dropFirst("IMAHostId:".count)) : $0 }
      return .address(host: host, session: tag)
    case .ticket, .ticketRefresh:
      guard let ticket = body.word("Ticket") else { return .silent("answer-without-ticket") }
      return .ticket(ticket, authority: body.word("AuthorityID") ?? "")
    case .ticketData:
      guard let data = body["TicketData"] else { return .silent("answer-without-data") }
      var values: [String: String] = [:]
      for value in data.all("Value") { values[value[attribute: "name"] ?? ""] = value.word }
      return .ticketData(values)
    }
  }
}
