import Broker
import Foundation
import SiteLoad
import World

/// A broker of a test at a real port: machines register with it, and StoreFront gets an address on the first of them.
actor FakeBroker {
  private(set) var registered: [String: MachineRegistration] = [:]
  private(set) var farewells: Set<String> = []
  private var tickets: [String: String] = [:]
  /// It answers everybody that it cannot serve.
  var isAway = false
  /// Sessions that it promises without telling the machine.
  var lies = false
  /// Tickets that it forgets at once.
  var forgets = false
  private let client: SiteClient
  private var server: SiteServer?

  init(_ client: SiteClient) { self.client = client }

  func start() async throws -> String {
    let server = try await SiteServer.start { await self.answer($1, String(decoding: $2, as: UTF8.self), Data($2)) }
    self.server = server
    return server.address
  }

  func stop() async { await server?.stop() }

  func set(away: Bool = false, lies: Bool = false, forgets: Bool = false) { (isAway, self.lies, self.forgets) = (away, lies, forgets) }

  private func answer(_ path: [String], _ text: String, _ body: Data) async -> [UInt8]? {
    switch path.map({ $0.lowercased() }) {
    case ["vda", "v1"]:
      guard let request = try? JSONDecoder().decode(BrokerRequest.self, from: body) else { return nil }
      return (try? JSONEncoder().encode(machine(request))).map { [UInt8]($0) }
    case ["scripts", "wpnbr.dll"]: return Array(await nfuse(text).utf8)
    case ["scripts", "ctxsta.dll"]: return Array(sta(text).utf8)
    default: return nil
    }
  }

  private func machine(_ request: BrokerRequest) -> BrokerAnswer {
    if isAway { return .refused(BrokerRefusal(.notElected, "another one is")) }
    switch request {
    case .register(let registration):
      registered[registration.machine] = registration
      return .registered(heartbeatSeconds: 3_600)
    case .deregister(let machine, _):
      farewells.insert(machine)
      return .noted
    default: return .noted
    }
  }

  private func nfuse(_ text: String) async -> String {
    func document(_ inner: String) -> String {
      "<?xml version=\"1.0\"?><!DOCTYPE NFuseProtocol SYSTEM \"NFuse.dtd\"><NFuseProtocol version=\"4.1\">\(inner)</NFuseProtocol>"
    }
    if isAway { return document("<ResponseX><ErrorId>service-unavailable</ErrorId></ResponseX>") }
    if text.contains("<RequestServerFarmData>") {
      return document("<ResponseServerFarmData><ServerFarmData><ServerFarmName>F</ServerFarmName></ServerFarmData></ResponseServerFarmData>")
    }
    if text.contains("<RequestAppData>") {
      return document("<ResponseAppData><AppDataSet><AppData><InName>Desk &amp; chair</InName></AppData></AppDataSet></ResponseAppData>")
    }
    guard text.contains("<RequestAddress>"), text.contains("<AppName>Desk &amp; chair</AppName>"), let machine = registered.values.first else {
      return document("<ResponseReconnectSessionData></ResponseReconnectSessionData>")
    }
    let session = "s\(tickets.count)-\(machine.machine)"
    if !lies, let order = try? JSONEncoder().encode(PrepareOrder(machine: machine.machine, session: session, user: "u")) {
      let reply = await client.post(machine.callback, [UInt8](order), within: .seconds(5))
      guard reply?.status == 200 else { return document("<ResponseAddress><ErrorId>connection-refused</ErrorId></ResponseAddress>") }
    }
    return document(
      "<ResponseAddress><ServerAddress addresstype=\"dns\">\(machine.machine).forest1.local</ServerAddress><TicketTag>IMAHostId:\(session)</TicketTag></ResponseAddress>"
    )
  }

  private func sta(_ text: String) -> String {
    func document(_ inner: String) -> String { "<CtxSTAProtocol version=\"4.0\">\(inner)</CtxSTAProtocol>" }
    if let match = text.firstMatch(of: #/<RequestTicket>.*<Value name="ICAAddress">([^<]*)</#) {
      let ticket = "T\(tickets.count)"
      tickets[ticket] = forgets ? "somebody else's" : String(match.1)
      return document("<ResponseTicket><AuthorityID>STA01</AuthorityID><Ticket>\(ticket)</Ticket></ResponseTicket>")
    }
    if let match = text.firstMatch(of: #/<RequestData><Ticket>([^<]*)</#), let value = tickets[String(match.1)] {
      return document("<ResponseData><TicketData><Value name=\"ICAAddress\">\(value)</Value></TicketData></ResponseData>")
    }
    return document("<ResponseData><ErrorId>ticket-not-found</ErrorId></ResponseData>")
  }
}
