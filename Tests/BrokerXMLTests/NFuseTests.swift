import Broker
import BrokerXML
import Testing
import XMLExpat

/// What clients were seen to send (the room's README has the sources), and the answers that they were seen to get.
@Suite struct NFuseTests {
  @Test func farmDataAsAMonitorAsksIt() async throws {
    let broker = StubBroker { _ in .farm(FarmData(name: "FOO & FARM01", isOutage: false)) }
    let request = """
      <?xml version="1.0" encoding="ISO-8859-1"?>\r
      <!DOCTYPE NFuseProtocol SYSTEM "NFuse.dtd">\r
      <NFuseProtocol version="1.1"><RequestServerFarmData><Nil /></RequestServerFarmData></NFuseProtocol>\r

      """
    let answer = try await broker.nfuse(request)
    let expected =
      "<ResponseServerFarmData><ServerFarmData><ServerFarmName>FOO &amp; FARM01</ServerFarmName></ServerFarmData></ResponseServerFarmData>"
    #expect(answer.text == nfuse(expected, version: "1.1") && answer.refusal == nil)
    #expect(broker.asked == [.farm] && broker.askers == [.storeFront])
  }

  @Test func protocolInfoAndCapabilitiesAskNobody() async throws {
    let broker = StubBroker { _ in .noted }
    let info = try await broker.nfuse(nfuse("<RequestProtocolInfo><ServerAddress addresstype=\"dns-port\" /></RequestProtocolInfo>", version: "1.1"))
    #expect(
      info.text == nfuse("<ResponseProtocolInfo><ServerAddress addresstype=\"no-change\"></ServerAddress></ResponseProtocolInfo>", version: "1.1"))
    let capabilities = try await broker.nfuse(nfuse("<RequestCapabilities><Nil/></RequestCapabilities>"))
    #expect(
      capabilities.text
        == nfuse(
          "<ResponseCapabilities><CapabilityId>separate-credentials-validation</CapabilityId><CapabilityId>user-identity</CapabilityId></ResponseCapabilities>"
        ))
    #expect(broker.asked.isEmpty)
  }

  @Test func serverDataNamesThisServer() async throws {
    let broker = StubBroker(authority: "STA1") { _ in .farm(FarmData(name: "F", isOutage: true)) }
    let answer = try await broker.nfuse(nfuse("<RequestServerData><ServerType>all</ServerType><ClientType>all</ClientType></RequestServerData>"))
    #expect(
      answer.text
        == nfuse(
          "<ResponseServerData><ServerData><ServerName>STA1</ServerName><ServerType>win32</ServerType><ClientType>ica30</ClientType></ServerData></ResponseServerData>"
        ))
  }

  /// As StoreFront's load tests send it: no prolog, `Traverse` and `Clientname` in a case of their own, a newer version.
  @Test func enumeration() async throws {
    let broker = StubBroker { _ in
      .resources([
        BrokerResource(id: "Office/Word", kind: .application, name: "Word <2016>", folder: "Office"),
        BrokerResource(id: "Desk", kind: .desktop, name: "Desk"),
      ])
    }
    let request = """
      <NFuseProtocol version="5.5">
          <RequestAppData>
              <Scope Traverse="subtree"></Scope>
              <DesiredDetails>permissions</DesiredDetails>
              <ServerType>all</ServerType>
              <ClientType>ica30</ClientType>
              <Credentials>
                  <UserName>alice</UserName>
                  <Password encoding="ctx1">PFFAJEDBOHECJEDBODEGIMCJPOFLJKDPKLAO</Password>
                  <Domain type="NT">LAB</Domain>
              </Credentials>
              <Clientname>LOADTESTER</Clientname>
              <ClientAddress addresstype="dot">10.10.10.10</ClientAddress>
          </RequestAppData>
      </NFuseProtocol>
      """
    func data(_ id: String, _ name: String, _ number: String, _ details: String = "", permissions: Bool = true) -> String {
      "<AppData><InName>\(id)</InName><FName>\(name)</FName><Details>\(details)</Details><SeqNo>\(number)</SeqNo>"
        + "<ServerType>win32</ServerType><ClientType>ica30</ClientType>\(permissions ? "<Permissions></Permissions>" : "")</AppData>"
    }
    func whole(_ first: String, _ second: String, permissions: Bool) -> String {
      nfuse(
        "<ResponseAppData><AppDataSet><Scope></Scope>" + data("Office/Word", "Word &lt;2016&gt;", "-1778289250", first, permissions: permissions)
          + data("Desk", "Desk", "-236805160", second, permissions: permissions) + "</AppDataSet></ResponseAppData>")
    }
    let answer = try await broker.nfuse(request)
    #expect(answer.text == whole("", "", permissions: true))
    #expect(broker.identified == [["alice", "LAB", nil, "Password1"]] && broker.asked == [.resources(stubUser)])

    func settings(_ folder: String, _ isDesktop: Bool) -> String {
      "<Settings appisdisabled=\"false\" appisdesktop=\"\(isDesktop)\"><Folder>\(folder)</Folder><Description></Description>"
        + "<RemoteAccessEnabled>true</RemoteAccessEnabled><SSLEnabled>false</SSLEnabled></Settings>"
        + "<AccessList><User><UserName>alice</UserName><Domain type=\"NT\">LAB</Domain></User></AccessList>"
    }
    let all = try await broker.nfuse(
      nfuse(
        "<RequestAppData><DesiredDetails>defaults</DesiredDetails><DesiredDetails>access-list</DesiredDetails>\(credentials)</RequestAppData>"))
    #expect(all.text == whole(settings("Office", false), settings("", true), permissions: false))
  }

  @Test(arguments: [
    ("<UserName>alice</UserName><Domain>LAB</Domain>", ["alice", "LAB", nil, nil]),
    ("<UserName>LAB\\alice</UserName>", ["alice", "LAB", nil, nil]),
    ("<UserName>alice@lab.test</UserName><Password> a </Password>", ["alice@lab.test", nil, nil, " a "]),
    ("<ID type=\"SAM\">LAB\\alice</ID><ID type=\"SID\">S-1-5-21-1</ID>", ["alice", "LAB", nil, nil]),
    ("<ID type=\"UPN\">alice@lab.test</ID><ID type=\"SID\">S-1-5-32-545</ID>", ["alice@lab.test", nil, nil, nil]),
    ("<ID type=\"SID\">S-1-5-21-1</ID><ID type=\"SID\">S-1-5-32-545</ID>", ["", nil, "S-1-5-21-1", nil]),
  ])
  func whoIsMeant(_ inside: String, _ expected: [String?]) async throws {
    let broker = StubBroker { _ in .resources([]) }
    let answer = try await broker.nfuse(nfuse("<RequestAppData><Credentials>\(inside)</Credentials></RequestAppData>"))
    #expect(broker.identified == [expected])
    #expect(answer.text == nfuse("<ResponseAppData><AppDataSet><Scope></Scope></AppDataSet></ResponseAppData>"))
  }

  @Test(arguments: [
    ("dot", "10.1.2.14", "<ServerAddress addresstype=\"dot\">10.1.2.14</ServerAddress>"),
    ("dot-port", "10.1.2.14", "<ServerAddress addresstype=\"dot-port\">10.1.2.14:1494</ServerAddress>"),
    ("dns-port", "m1.lab.test", "<ServerAddress addresstype=\"dns-port\">m1.lab.test:1494</ServerAddress>"),
    ("dns-port", "127.0.0.1:4711", "<ServerAddress addresstype=\"dot-port\">127.0.0.1:4711</ServerAddress>"),
    ("dot", "m1.lab.test", "<ServerAddress addresstype=\"dns\">m1.lab.test</ServerAddress>"),
  ])
  func launch(_ wanted: String, _ address: String, _ expected: String) async throws {
    let broker = StubBroker { _ in .launched(BrokeredLaunch(session: "20826", machine: "m", address: address)) }
    let request = nfuse(
      "<RequestAddress>i<Name>i\n <AppName>EXCEL&#32;2003</AppName></Name><ClientName>WS09535</ClientName>"
        + "<ServerAddress addresstype='\(wanted)'/><Flags/>\(credentials)</RequestAddress>i", version: "4.1")
    let answer = try await broker.nfuse(request)
    #expect(
      answer.text
        == nfuse(
          "<ResponseAddress>\(expected)<ServerType>win32</ServerType><ConnectionType>tcp</ConnectionType><ClientType>ica30</ClientType>"
            + "<TicketTag>IMAHostId:20826</TicketTag><FarmLoadHint>0</FarmLoadHint></ResponseAddress>", version: "4.1"))
    guard case .launch(let order)? = broker.asked.first else { return #expect(Bool(false), "no launch was asked for") }
    #expect(order.resource == "EXCEL 2003" && order.clientName == "WS09535" && order.user == stubUser && !order.id.isEmpty)
  }

  @Test func sessionsAndTheWayBackToOne() async throws {
    let broker = StubBroker { _ in
      .sessions([
        ReconnectableSession(session: "2", machine: "m1", address: "10.0.0.1", resource: "Notepad", isDisconnected: true),
        ReconnectableSession(session: "3", machine: "m2", address: "10.0.0.2", resource: "Word", isDisconnected: false),
      ])
    }
    func session(_ name: String, _ host: String, _ id: String) -> String {
      "<AppData><InName>\(name)</InName><ServerType>win32</ServerType><ClientType>ica30</ClientType><HostId>\(host)</HostId><SessionId>\(id)</SessionId></AppData>"
    }
    let rows = [
      ("<SessionType>disconnected</SessionType>", session("Notepad", "m1", "2")), ("<SessionType>active</SessionType>", session("Word", "m2", "3")),
      ("", session("Notepad", "m1", "2") + session("Word", "m2", "3")),
    ]
    for (type, expected) in rows {
      let answer = try await broker.nfuse(nfuse("<RequestReconnectSessionData>\(credentials)\(type)</RequestReconnectSessionData>"))
      #expect(answer.text == nfuse("<ResponseReconnectSessionData><AppDataSet>\(expected)</AppDataSet></ResponseReconnectSessionData>"))
    }
    let back = try await broker.nfuse(
      nfuse(
        "<RequestAddress><Name><HostId>M1</HostId><SessionId>2</SessionId></Name><ServerAddress addresstype=\"dot\"/>\(credentials)</RequestAddress>")
    )
    #expect(back.text.contains("<ServerAddress addresstype=\"dot\">10.0.0.1</ServerAddress>"))
    let none = try await broker.nfuse(
      nfuse("<RequestAddress><Name><HostId>m2</HostId><SessionId>2</SessionId></Name>\(credentials)</RequestAddress>"))
    #expect(none.text == nfuse("<ResponseAddress><ErrorId>unspecified</ErrorId><MPSError type=\"IMA\">0x80060001</MPSError></ResponseAddress>"))
  }

  @Test func noSessionsIsAnEmptyAnswer() async throws {
    let answer = try await StubBroker { _ in .sessions([]) }.nfuse(nfuse("<RequestReconnectSessionData>\(credentials)</RequestReconnectSessionData>"))
    #expect(answer.text == nfuse("<ResponseReconnectSessionData></ResponseReconnectSessionData>"))
  }

  @Test func validatedCredentialsAreAnEmptyAnswerOrAnIdentity() async throws {
    let broker = StubBroker { _ in .noted }
    let plain = try await broker.nfuse(nfuse("<RequestValidateCredentials>\(credentials)</RequestValidateCredentials>"))
    #expect(plain.text == nfuse("<ResponseValidateCredentials></ResponseValidateCredentials>"))
    #expect(broker.identified == [["alice", "LAB", nil, "p&w"]])
    let identity = try await broker.nfuse(
      nfuse("<RequestValidateCredentials>\(credentials)<DesiredInfo>user-identity</DesiredInfo></RequestValidateCredentials>", version: "5.1"))
    #expect(
      identity.text
        == nfuse(
          "<ResponseValidateCredentials><UserIdentityInfo><ID>LAB\\alice</ID><ID type=\"SID\">S-1-5-21-1-2-3-1001</ID>"
            + "<ID type=\"SID\">S-1-5-21-1-2-3-513</ID></UserIdentityInfo></ResponseValidateCredentials>", version: "5.1"))
  }

  @Test(arguments: [("5.9", "5.4"), ("5.8", "5.4"), ("4.6", "4.6"), ("5", "5.0"), ("1.1", "1.1")])
  func answeredInTheVersionAsked(_ asked: String, _ answered: String) async throws {
    let answer = try await StubBroker { _ in .noted }.nfuse(nfuse("<RequestCapabilities/>", version: asked))
    #expect(answer.text.contains("<NFuseProtocol version=\"\(answered)\">"))
  }
}
