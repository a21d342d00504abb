import Broker
import BrokerXML
import Testing
import XMLExpat

@Suite struct STATests {
  private static let authority = "STA0123456789AB"

  /// As published for the product, with the connection's data as escaped XML in a value.
  private static func request(
    _ control: String = "<Control><Refreshable>true</Refreshable></Control>", types: String = "<AllowedTicketType>STA-v4</AllowedTicketType>"
  )
    -> String
  {
    """
    <?xml version="1.0"?>
    <!DOCTYPE CtxSTAProtocol SYSTEM "CtxSTA.dtd">
    <CtxSTAProtocol version="4.0">
    <RequestTicket>
    \(types)
    <AllowedAuthorityIDType>STA-v1</AllowedAuthorityIDType>
    <TicketData>
    <Value name="ICAAddress">m1:1494</Value>
    <Value name="XData">
    &lt;?xml version=&quot;1.0&quot;?&gt;&lt;CtxConnInfo version=&quot;1.0&quot;/&gt; </Value>
    </TicketData>
    \(control)
    </RequestTicket>
    </CtxSTAProtocol>
    """
  }

  private static let values = ["ICAAddress": "m1:1494", "XData": "<?xml version=\"1.0\"?><CtxConnInfo version=\"1.0\"/>"]

  private static func stub() -> StubBroker {
    StubBroker { request in
      switch request {
      case .ticket(let order): .ticket(ticket: order.ticket, authority: Self.authority, lifetimeSeconds: order.isRefreshable ? 500 : 100)
      case .ticketData: .ticketData(values: Self.values)
      case .ticketRefresh(let ticket): .ticket(ticket: ticket, authority: Self.authority, lifetimeSeconds: 500)
      default: .noted
      }
    }
  }

  @Test func aTicketIsDrawnAndNamesItsAuthority() async throws {
    let broker = Self.stub()
    let answer = try await broker.sta(Self.request())
    guard case .ticket(let order)? = broker.asked.first else { return #expect(Bool(false), "no ticket was asked for") }
    #expect(order.ticket.wholeMatch(of: #/[A-Z0-9]{32}/#) != nil && order.values == Self.values && order.isRefreshable)
    #expect(broker.askers == [.storeFront])
    #expect(
      answer.text
        == sta(
          "<ResponseTicket><AuthorityID>\(Self.authority)</AuthorityID><Ticket>\(order.ticket)</Ticket><TicketVersion>STA-v4</TicketVersion></ResponseTicket>"
        ))
  }

  @Test(arguments: [
    ("", false), ("<Control/>", false), ("<Control><Refreshable>FALSE</Refreshable></Control>", false), ("<Refreshable>True</Refreshable>", true),
  ])
  func refreshableWhenItSaysSo(_ control: String, _ expected: Bool) async throws {
    let broker = Self.stub()
    _ = try await broker.sta(Self.request(control))
    guard case .ticket(let order)? = broker.asked.first else { return #expect(Bool(false), "no ticket was asked for") }
    #expect(order.isRefreshable == expected)
  }

  @Test(arguments: [
    ("<AllowedTicketType>STA-v1</AllowedTicketType>", "STA-v1"),
    (
      "<AllowedTicketType>STA-v1</AllowedTicketType><AllowedTicketType>sta-v3</AllowedTicketType><AllowedTicketType>STA-v9</AllowedTicketType>",
      "STA-v3"
    ),
    ("", "STA-v4"),
  ])
  func theNewestTicketThatIsAllowed(_ types: String, _ expected: String) async throws {
    #expect(try await Self.stub().sta(Self.request(types: types)).text.contains("<TicketVersion>\(expected)</TicketVersion>"))
  }

  @Test func anOldProtocolIsAnsweredInItself() async throws {
    let answer = try await Self.stub().sta(
      "<CtxSTAProtocol version=\"1.0\"><RequestTicket><TicketData><Value name=\"ICAAddress\">a</Value></TicketData></RequestTicket></CtxSTAProtocol>")
    #expect(answer.text.contains("<CtxSTAProtocol version=\"1.0\">") && answer.text.contains("<TicketVersion>STA-v1</TicketVersion>"))
  }

  @Test(arguments: [
    "<Ticket>abcd</Ticket>", "<AuthorityID>sta0123456789ab</AuthorityID><Ticket>ABCD</Ticket><TicketVersion>STA-v4</TicketVersion>",
    "<Ticket>;40;STA0123456789AB;ABCD</Ticket>",
  ])
  func dataAndRefreshOfATicket(_ inside: String) async throws {
    let broker = Self.stub()
    let data = try await broker.sta(sta("<RequestData>\(inside)</RequestData>"))
    let expected =
      "<ResponseData><TicketData><Value name=\"ICAAddress\">m1:1494</Value>"
      + "<Value name=\"XData\">&lt;?xml version=&quot;1.0&quot;?&gt;&lt;CtxConnInfo version=&quot;1.0&quot;/&gt;</Value></TicketData></ResponseData>"
    #expect(data.text == sta(expected))
    let refresh = try await broker.sta(sta("<RequestRefresh>\(inside)</RequestRefresh>"))
    #expect(
      refresh.text
        == sta(
          "<ResponseRefresh><AuthorityID>\(Self.authority)</AuthorityID><Ticket>ABCD</Ticket><TicketVersion>STA-v4</TicketVersion></ResponseRefresh>")
    )
    #expect(broker.asked == [.ticketData(ticket: "ABCD"), .ticketRefresh(ticket: "ABCD")] && broker.askers == [.gateway, .gateway])
  }

  /// Another connector of the location may have given it out: its peers keep it.
  @Test func anotherAuthoritysTicketIsLookedForAndOneThatIsNotFoundIsExplained() async throws {
    let broker = Self.stub()
    #expect(try await broker.sta(sta("<RequestData><Ticket>;40;STA02;ABCD</Ticket></RequestData>")).text.contains("m1:1494"))
    let empty = StubBroker { _ in .refused(BrokerRefusal(.unknownTicket, "no such ticket")) }
    for request in ["RequestData", "RequestRefresh"] {
      let answer = try await empty.sta(sta("<\(request)><Ticket>;40;STA02;ABCD</Ticket></\(request)>"))
      #expect(answer.text.contains("<ErrorId>ticket-not-found</ErrorId>") && answer.refusal?.detail.contains("STA02") == true)
      let own = try await empty.sta(sta("<\(request)><Ticket>;40;STA0123456789AB;ABCD</Ticket></\(request)>"))
      #expect(own.refusal?.detail == "no such ticket")
    }
  }

  @Test(arguments: BrokerRefusal.Kind.allCases) func refusalsHaveTheProtocolsForm(_ kind: BrokerRefusal.Kind) async throws {
    let expected =
      switch kind {
      case .unknownTicket: "ticket-not-found"
      case .badRequest: "bad-request"
      case .notElected, .notServing, .cloudUnreachable, .noConfiguration: "service-unavailable"
      case .overloaded: "mfserver-overloaded"
      case .notEntitled: "not-trusted"
      default: "unspecified"
      }
    let answer = try await StubBroker { _ in .refused(BrokerRefusal(kind, "why")) }.sta(Self.request())
    #expect(answer.text == sta("<ResponseTicket><ErrorId>\(expected)</ErrorId></ResponseTicket>") && answer.refusal == BrokerRefusal(kind, "why"))
  }

  @Test(arguments: [
    ("<RequestTicket/>", "ResponseTicket"), ("<RequestTicket><TicketData/></RequestTicket>", "ResponseTicket"),
    ("<RequestTicket><TicketData><Value>x</Value></TicketData></RequestTicket>", "ResponseTicket"),
    ("<RequestTicket><TicketData><Value name='a'/><Value name='a'/></TicketData></RequestTicket>", "ResponseTicket"),
    ("<RequestTicket><AllowedTicketType>STA-v9</AllowedTicketType><TicketData><Value name='a'/></TicketData></RequestTicket>", "ResponseTicket"),
    (
      "<RequestTicket><AllowedAuthorityIDType>STA-v9</AllowedAuthorityIDType><TicketData><Value name='a'/></TicketData></RequestTicket>",
      "ResponseTicket"
    ),
    ("<RequestData/>", "ResponseData"), ("<RequestRefresh><Ticket> </Ticket></RequestRefresh>", "ResponseRefresh"),
  ])
  func aRequestThatLacksSomething(_ body: String, _ response: String) async throws {
    let broker = Self.stub()
    #expect(try await broker.sta(sta(body)).text == sta("<\(response)><ErrorId>bad-request</ErrorId></\(response)>"))
    #expect(broker.asked.isEmpty)
  }

  @Test func whatIsNotUnderstood() async throws {
    let broker = Self.stub()
    #expect(try await broker.sta(sta("")).text == sta("<ErrorId>bad-request</ErrorId>"))
    #expect(try await broker.sta(sta("<RequestOther/>")).text == sta("<ErrorId>unspecified</ErrorId>"))
    #expect(try await broker.sta("<NFuseProtocol/>").text == sta("<ErrorId>bad-request</ErrorId>"))
    #expect(String(decoding: STAService.unreadable("no").bytes, as: UTF8.self) == sta("<ErrorId>bad-request</ErrorId>"))
  }

  @Test func idsOfAuthorities() {
    #expect(STAIdentity.of(connector: "3f2a9c41-77b0-4d1e-8f00-000000000001") == "STA3F2A9C4177B0")
    let (one, two) = (STAIdentity.of(connector: "c1"), STAIdentity.of(connector: "c2"))
    #expect(one != two && one == STAIdentity.of(connector: "c1") && STAIdentity.isValid(one) && one.count == 15)
    for id in ["", "sta1", "STA-1", "STÄ", String(repeating: "A", count: 32)] { #expect(!STAIdentity.isValid(id)) }
    #expect(STAIdentity.isValid(STAIdentity.shared) && STAIdentity.isValid(String(repeating: "A", count: 31)))
  }
}
