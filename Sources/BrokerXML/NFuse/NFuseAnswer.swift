import Broker

/// Prints the answers of the XML service, in the elements and the order that were seen on the wire (the room's README has the sources).
struct NFuseAnswer {
  enum Kind: String, CaseIterable {
    case serverFarmData, serverData, protocolInfo, capabilities, appData, address, validateCredentials, reconnectSessionData

    var element: StaticString {
      switch self {
      case .serverFarmData: "ResponseServerFarmData"
      case .serverData: "ResponseServerData"
      case .protocolInfo: "ResponseProtocolInfo"
      case .capabilities: "ResponseCapabilities"
      case .appData: "ResponseAppData"
      case .address: "ResponseAddress"
      case .validateCredentials: "ResponseValidateCredentials"
      case .reconnectSessionData: "ResponseReconnectSessionData"
      }
    }

    /// Of a request by its name; nil of one that is not answered.
    init?(request: XMLElement) {
      guard let kind = Self.allCases.first(where: { request.named("Request" + $0.rawValue) }) else { return nil }
      self = kind
    }
  }

  private var writer = XMLWriter(doctype: ("NFuseProtocol", "NFuse.dtd"))

  init(version: NFuseVersion) { writer.begin("NFuseProtocol", ("version", version.answered.description)) }

  mutating func protocolInfo() -> XMLReply {
    writer.begin(Kind.protocolInfo.element)
    writer.element("ServerAddress", "", ("addresstype", "no-change"))
    return finish()
  }

  /// Those of the product's that are kept here.
  mutating func capabilities() -> XMLReply {
    writer.begin(Kind.capabilities.element)
    for id in ["separate-credentials-validation", "user-identity"] { writer.element("CapabilityId", id) }
    return finish()
  }

  mutating func serverFarmData(_ farm: FarmData) -> XMLReply {
    writer.begin(Kind.serverFarmData.element)
    writer.begin("ServerFarmData")
    writer.element("ServerFarmName", farm.name)
    return finish()
  }

  mutating func serverData(_ servers: [String]) -> XMLReply {
    writer.begin(Kind.serverData.element)
    for server in servers {
      writer.begin("ServerData")
      writer.element("ServerName", server)
      types()
      writer.end()
    }
    return finish()
  }

  mutating func appData(_ resources: [BrokerResource], for user: NFuseCredentials, details: Set<String>) -> XMLReply {
    let all = details.contains("all")
    writer.reserve(resources.count * 320)
    writer.begin(Kind.appData.element)
    writer.begin("AppDataSet")
    writer.element("Scope")
    let (withSettings, withAccess) = (all || details.contains("defaults"), all || details.contains("access-list"))
    let withPermissions = all || details.contains("permissions")
    for resource in resources {
      writer.markup("<AppData><InName>")
      writer.text(resource.id)
      writer.markup("</InName><FName>")
      writer.text(resource.name)
      writer.markup("</FName><Details>")
      if withSettings { settings(resource) }
      if withAccess { accessList(user) }
      writer.markup("</Details><SeqNo>")
      writer.text(String(Int32(bitPattern: StableNumber.of(resource.id))))
      writer.markup("</SeqNo><ServerType>win32</ServerType><ClientType>ica30</ClientType>")
      if withPermissions { writer.markup("<Permissions></Permissions>") }
      writer.markup("</AppData>")
    }
    return finish()
  }

  private mutating func settings(_ resource: BrokerResource) {
    writer.begin("Settings", ("appisdisabled", "false"), ("appisdesktop", resource.kind == .desktop ? "true" : "false"))
    writer.element("Folder", resource.folder)
    writer.element("Description")
    writer.element("RemoteAccessEnabled", "true")
    writer.element("SSLEnabled", "false")
    writer.end()
  }

  /// Who asks may use it; who else may is not told.
  private mutating func accessList(_ user: NFuseCredentials) {
    writer.begin("AccessList")
    writer.begin("User")
    writer.element("UserName", user.name.isEmpty ? user.sid ?? "" : user.name)
    writer.element("Domain", user.domain ?? "", ("type", "NT"))
    writer.end()
    writer.end()
  }

  mutating func validateCredentials(_ user: UserIdentity?, _ credentials: NFuseCredentials) -> XMLReply {
    writer.begin(Kind.validateCredentials.element)
    if let user {
      writer.begin("UserIdentityInfo")
      writer.element("ID", (credentials.domain.map { $0 + "\\" } ?? "") + credentials.name)
      for sid in [user.sid] + user.groups { writer.element("ID", sid, ("type", "SID")) }
      writer.end()
    }
    return finish()
  }

  mutating func sessions(_ sessions: [ReconnectableSession]) -> XMLReply {
    writer.begin(Kind.reconnectSessionData.element)
    if !sessions.isEmpty { writer.begin("AppDataSet") }
    for session in sessions {
      writer.begin("AppData")
      writer.element("InName", session.resource)
      types()
      writer.element("HostId", session.machine)
      writer.element("SessionId", session.session)
      writer.end()
    }
    return finish()
  }

  /// - Parameter wanted: the kind of address asked for. One that is a name stays a name: nothing is resolved here.
  mutating func address(_ address: String, tag: String, _ wanted: String?) -> XMLReply {
    let host = HostAddress(address)
    let withPort = wanted?.hasSuffix("-port") ?? false
    writer.begin(Kind.address.element)
    writer.element(
      "ServerAddress", withPort ? host.withPort : host.host, ("addresstype", (host.isDotted ? "dot" : "dns") + (withPort ? "-port" : "")))
    writer.element("ServerType", "win32")
    writer.element("ConnectionType", "tcp")
    writer.element("ClientType", "ica30")
    writer.element("TicketTag", "IMAHostId:" + tag)
    writer.element("FarmLoadHint", "0")
    return finish()
  }

  private mutating func types() {
    writer.element("ServerType", "win32")
    writer.element("ClientType", "ica30")
  }

  // MARK: Refusals

  mutating func refuse(_ kind: Kind?, _ during: NFuseRefusal.During, _ answer: BrokerAnswer) -> XMLReply {
    guard case .refused(let refusal) = answer else { return refuse(kind, during, BrokerRefusal.unfit(kind?.rawValue ?? "that")) }
    return refuse(kind, during, refusal)
  }

  /// Within the answer's own element, or right within the root when it is not known what was asked.
  mutating func refuse(_ kind: Kind?, _ during: NFuseRefusal.During, _ refusal: BrokerRefusal) -> XMLReply {
    if let kind { writer.begin(kind.element) }
    NFuseRefusal(refusal, during: during).write(&writer)
    return finish(refusal)
  }

  mutating func versionMismatch(_ refusal: BrokerRefusal) -> XMLReply {
    writer.element("ErrorId", "version-mismatch")
    return finish(refusal)
  }

  private mutating func finish(_ refusal: BrokerRefusal? = nil) -> XMLReply { XMLReply(bytes: writer.finish(), refusal: refusal) }
}
