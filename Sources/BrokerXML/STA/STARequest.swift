package import Broker

/// A request to a Secure Ticket Authority, read leniently, as `NFuseRequest` is.
package struct STARequest: Hashable, Sendable {
  package enum Body: Hashable, Sendable {
    case ticket(values: [String: String], isRefreshable: Bool)
    case data(TicketName)
    case refresh(TicketName)
  }

  /// A ticket, and whose it is said to be.
  package struct TicketName: Hashable, Sendable {
    package var ticket: String
    package var authority: String?
  }

  package static let root = "CtxSTAProtocol"

  /// 1.0 to 4.0; a newer one is answered in 4.0.
  package var version: NFuseVersion
  package var body: Body
  /// `STA-v1` to `STA-v4`: the newest of those that the client takes.
  package var ticketVersion: String

  package static let newest = NFuseVersion(4, 0)
  private static let ticketVersions = ["STA-v4", "STA-v3", "STA-v2", "STA-v1"]
  private static let authorityType = "STA-v1"

  package init(_ root: XMLElement) throws(BrokerRefusal) {
    guard root.named(Self.root) else {
      throw BrokerRefusal(.badRequest, "the document is <\(root.name.prefix(40))>; this address answers <CtxSTAProtocol>")
    }
    guard let version = root[attribute: "version"].map(NFuseVersion.init) ?? Self.newest else {
      throw BrokerRefusal(.badRequest, "<CtxSTAProtocol> has a version that is none; expected one such as 4.0")
    }
    self.version = min(version, Self.newest)
    guard let request = root.children.first else { throw BrokerRefusal(.badRequest, "<CtxSTAProtocol> has no request in it") }
    ticketVersion = try Self.ticketVersion(request, version: version)
    switch request.name.lowercased() {
    case "requestticket": body = try Self.ticket(request)
    case "requestdata": body = .data(try Self.name(request))
    case "requestrefresh": body = .refresh(try Self.name(request))
    default: throw BrokerRefusal(.notSimulated, "<\(request.name.prefix(40))> is not answered here")
    }
  }

  private static func ticket(_ request: XMLElement) throws(BrokerRefusal) -> Body {
    let types = request.all("AllowedAuthorityIDType").map(\.word)
    guard types.isEmpty || types.contains(where: { XMLElement.same($0, authorityType) }) else {
      throw BrokerRefusal(.badRequest, "the authority's id is of type \(authorityType), which <AllowedAuthorityIDType> does not allow")
    }
    guard let data = request["TicketData"] else { throw BrokerRefusal(.badRequest, "<RequestTicket> has no <TicketData>: a ticket for what?") }
    var values: [String: String] = [:]
    for value in data.all("Value") {
      guard let name = value[attribute: "name"], !name.isEmpty else { throw BrokerRefusal(.badRequest, "a <Value> of <TicketData> has no name") }
      guard values.updateValue(value.word, forKey: name) == nil else {
        throw BrokerRefusal(.badRequest, "<TicketData> has two values '\(name.prefix(40))'")
      }
    }
    guard !values.isEmpty else { throw BrokerRefusal(.badRequest, "<TicketData> has no <Value name=\"…\">") }
    let refreshable = (request["Control"] ?? request).word("Refreshable") ?? "false"
    return .ticket(values: values, isRefreshable: XMLElement.same(refreshable, "true") || refreshable == "1")
  }

  /// `<Ticket>` and, when the client says it, `<AuthorityID>`; or all in one as launch files have it, `;40;STA0123456789AB;TICKET`.
  private static func name(_ request: XMLElement) throws(BrokerRefusal) -> TicketName {
    guard let said = request.word("Ticket") else { throw BrokerRefusal(.badRequest, "<\(request.name)> has no <Ticket>") }
    let parts = said.split(separator: ";", omittingEmptySubsequences: false)
    if parts.count == 4, parts[0].isEmpty {
      return TicketName(ticket: String(parts[3]).uppercased(), authority: request.word("AuthorityID") ?? String(parts[2]))
    }
    return TicketName(ticket: said.uppercased(), authority: request.word("AuthorityID"))
  }

  private static func ticketVersion(_ request: XMLElement, version: NFuseVersion) throws(BrokerRefusal) -> String {
    let allowed = request.all("AllowedTicketType").map(\.word) + [request.word("TicketVersion")].compactMap { $0 }
    guard !allowed.isEmpty else { return version < newest ? "STA-v1" : "STA-v4" }
    guard let best = ticketVersions.first(where: { known in allowed.contains { XMLElement.same($0, known) } }) else {
      throw BrokerRefusal(.badRequest, "no ticket of the types asked for is given out; STA-v1 to STA-v4 are")
    }
    return best
  }
}
