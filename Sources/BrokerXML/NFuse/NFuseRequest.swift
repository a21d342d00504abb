package import Broker

/// A request to the XML service, read leniently: what is not known is passed over, letter case of names does not count, white space around texts neither.
package struct NFuseRequest: Hashable, Sendable {
  package enum Body: Hashable, Sendable {
    case serverFarmData, serverData, protocolInfo, capabilities
    case appData(NFuseCredentials, details: Set<String>)
    case address(Address)
    case validateCredentials(NFuseCredentials, wantsIdentity: Bool)
    case reconnectSessionData(NFuseCredentials, sessions: Sessions)
  }

  package struct Address: Hashable, Sendable {
    package enum Target: Hashable, Sendable {
      case resource(String)
      /// A session that `RequestReconnectSessionData` told of.
      case session(String, host: String?)
    }
    package var credentials: NFuseCredentials
    package var target: Target
    package var clientName: String
    /// `dot`, `dot-port`, `dns`, `dns-port`; nil when nothing is said.
    package var addressType: String?
  }

  /// Which of a user's sessions.
  package enum Sessions: Hashable, Sendable { case all, disconnected, active }

  package var version: NFuseVersion
  package var body: Body

  package static let root = "NFuseProtocol"

  /// `name` is that of a request that is understood; see `NFuseAnswer` for its answer's.
  package init(_ root: XMLElement) throws(BrokerRefusal) {
    version = try Self.version(root)
    guard let request = root.children.first else { throw BrokerRefusal(.badRequest, "<NFuseProtocol> has no request in it") }
    body = try Self.body(request)
  }

  package static func version(_ root: XMLElement) throws(BrokerRefusal) -> NFuseVersion {
    guard root.named(Self.root) else {
      throw BrokerRefusal(.badRequest, "the document is <\(root.name.prefix(40))>; this address answers <NFuseProtocol>")
    }
    guard let said = root[attribute: "version"], !said.isEmpty else { return .unsaid }
    guard let version = NFuseVersion(said) else {
      throw BrokerRefusal(.badRequest, "the version '\(said.prefix(20))' is none; expected one such as \(NFuseVersion.newest)")
    }
    return version
  }

  private static func body(_ request: XMLElement) throws(BrokerRefusal) -> Body {
    switch request.name.lowercased() {
    case "requestserverfarmdata": return .serverFarmData
    case "requestserverdata": return .serverData
    case "requestprotocolinfo": return .protocolInfo
    case "requestcapabilities": return .capabilities
    case "requestappdata":
      let details = request.all("DesiredDetails").map { $0.word.lowercased() }
      return .appData(try credentials(request), details: Set(details.filter { !$0.isEmpty }))
    case "requestaddress": return .address(try address(request))
    case "requestvalidatecredentials":
      let wanted = request.all("DesiredInfo").contains { XMLElement.same($0.word, "user-identity") }
      return .validateCredentials(try credentials(request), wantsIdentity: wanted)
    case "requestreconnectsessiondata":
      let types = Set(request.all("SessionType").map { $0.word.lowercased() })
      let sessions: Sessions =
        switch (types.contains("disconnected"), types.contains("active")) {
        case (true, false): .disconnected
        case (false, true): .active
        default: .all
        }
      return .reconnectSessionData(try credentials(request), sessions: sessions)
    default: throw BrokerRefusal(.notSimulated, "<\(request.name.prefix(40))> is not answered here")
    }
  }

  private static func credentials(_ request: XMLElement) throws(BrokerRefusal) -> NFuseCredentials {
    guard let element = request["Credentials"] else {
      throw BrokerRefusal(.badRequest, "<\(request.name)> has no <Credentials>: whose resources are meant?")
    }
    return try NFuseCredentials(element)
  }

  private static func address(_ request: XMLElement) throws(BrokerRefusal) -> Address {
    let name = request["Name"]
    let target: Address.Target
    if let session = request.word("SessionId") ?? name?.word("SessionId") {
      target = .session(session, host: request.word("HostId") ?? name?.word("HostId"))
    } else if let resource = name?.word("AppName") ?? name?.word("UnspecifiedName") {
      target = .resource(resource)
    } else {
      throw BrokerRefusal(.badRequest, "<RequestAddress> names nothing: expected <Name><AppName>, or <SessionId> of a session to reconnect to")
    }
    return Address(
      credentials: try credentials(request), target: target, clientName: request.word("ClientName") ?? "",
      addressType: request["ServerAddress"]?[attribute: "addresstype"]?.lowercased())
  }
}
