/// Requests as clients send them, and documents of the kinds that readers of XML have fallen over.
enum BrokerSeeds {
  static let nfuse =
    requests.map {
      Array(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><!DOCTYPE NFuseProtocol SYSTEM \"NFuse.dtd\"><NFuseProtocol version=\"5.4\">\($0)</NFuseProtocol>"
          .utf8)
    }
    + hostile

  static let sta =
    ticketRequests.map {
      Array("<?xml version='1.0'?><!DOCTYPE CtxSTAProtocol SYSTEM 'CtxSTA.dtd'><CtxSTAProtocol version='4.0'>\($0)</CtxSTAProtocol>".utf8)
    }
    + hostile

  private static let credentials =
    "<Credentials><UserName>LAB\\a</UserName><Password encoding=\"ctx1\">PFFA</Password><Domain type=\"NT\">LAB</Domain></Credentials>"

  private static let requests = [
    "<RequestServerFarmData><Nil/></RequestServerFarmData>", "<RequestProtocolInfo><ServerAddress addresstype='dns-port'/></RequestProtocolInfo>",
    "<RequestCapabilities/>", "<RequestServerData><ServerType>all</ServerType></RequestServerData>",
    "<RequestAppData><Scope traverse='subtree'/><DesiredDetails>permissions</DesiredDetails>\(credentials)</RequestAppData>",
    "<RequestAddress><Name><AppName>a&#32;b</AppName></Name><ClientName>c</ClientName><ServerAddress addresstype='dot-port'/>\(credentials)</RequestAddress>",
    "<RequestAddress><Name><HostId>h</HostId><SessionId>2</SessionId></Name><Credentials><ID type='SID'>S-1-5</ID></Credentials></RequestAddress>",
    "<RequestValidateCredentials>\(credentials)<DesiredInfo>user-identity</DesiredInfo></RequestValidateCredentials>",
    "<RequestReconnectSessionData>\(credentials)<SessionType>disconnected</SessionType></RequestReconnectSessionData>",
  ]

  private static let ticketRequests = [
    "<RequestTicket><AllowedTicketType>STA-v4</AllowedTicketType><TicketData><Value name='ICAAddress'>h:1494</Value></TicketData>"
      + "<Control><Refreshable>true</Refreshable></Control></RequestTicket>",
    "<RequestData><Ticket>;40;STA01;ABCD</Ticket></RequestData>",
    "<RequestRefresh><AuthorityID>STA01</AuthorityID><Ticket>ABCD</Ticket></RequestRefresh>",
  ]

  private static let hostile: [[UInt8]] =
    [
      "<!DOCTYPE a [<!ENTITY x 'y'><!ENTITY z '&x;&x;'>]><a>&z;</a>", "<!DOCTYPE a SYSTEM 'a.dtd'[]><a b='&x;'>&x;</a>",
      "<?xml version='1.0' encoding='windows-1252'?><n:a xmlns:n='u'><![CDATA[x]]><?p i?><!-- c --></n:a>",
      "<a><b><c><d/></c></b></a>", "<?xml version='1.0' encoding='ISO-8859-1'?><a/>",
    ].map { Array($0.utf8) } + [[0xff, 0xfe] + "<a b='&amp;'>x</a>".utf8.flatMap { [$0, 0] }, [0xfe, 0xff] + "<a/>".utf8.flatMap { [0, $0] }]
}
