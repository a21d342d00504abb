import Broker
import BrokerServer
import BrokerXML
import Foundation
import Synchronization

/// Keeps tickets and knows one user; a launch waits until it is let go when it is told to.
final class StandBroker: BrokerAsking {
  let authority: String
  private let tickets = Mutex<[String: [String: String]]>([:])
  private let gate = Mutex<(closed: Bool, waiting: [CheckedContinuation<Void, Never>])>((false, []))
  private let count = Mutex(0)

  private let resources: [BrokerResource]

  init(authority: String = "STA0123456789AB", resources: Int = 1) {
    self.authority = authority
    self.resources = (1...resources).map { BrokerResource(id: "Desk \($0)", kind: .desktop, name: "Desk \($0)") }
  }

  /// Signalled for each question.
  let wasAsked = DispatchSemaphore(value: 0)
  /// How often it was asked anything.
  var asked: Int { count.withLock { $0 } }

  func closeGate() { gate.withLock { $0.closed = true } }

  func openGate() {
    let waiting = gate.withLock { gate in
      gate.closed = false
      defer { gate.waiting = [] }
      return gate.waiting
    }
    for one in waiting { one.resume() }
  }

  func ask(_ request: BrokerRequest, from asker: BrokerAsker) async -> BrokerAnswer {
    count.withLock { $0 += 1 }
    wasAsked.signal()
    switch request {
    case .farm: return .farm(FarmData(name: "FARM", isOutage: false))
    case .heartbeat: return .noted
    case .resources: return .resources(resources)
    case .launch:
      await pass()
      return .launched(BrokeredLaunch(session: "7", machine: "m1", address: "10.0.0.1"))
    case .ticket(let order):
      tickets.withLock { $0[order.ticket] = order.values }
      return .ticket(ticket: order.ticket, authority: authority, lifetimeSeconds: 100)
    case .ticketData(let ticket):
      guard let values = tickets.withLock({ $0[ticket] }) else {
        return .refused(BrokerRefusal(.unknownTicket, "no such ticket, or its time is over"))
      }
      return .ticketData(values: values)
    default: return .refused(BrokerRefusal(.notSimulated, "not here"))
    }
  }

  func identify(_ name: String, domain: String?, sid: String?, password: String?) async throws -> UserIdentity {
    guard name == "alice" else { throw BrokerRefusal(.notEntitled, "no user '\(name)'") }
    return UserIdentity(sid: "S-1-5-21-1-2-3-1001")
  }

  private func pass() async {
    await withCheckedContinuation { continuation in
      let isOpen = gate.withLock { gate in
        if gate.closed { gate.waiting.append(continuation) }
        return !gate.closed
      }
      if isOpen { continuation.resume() }
    }
  }
}

/// Runs `body` with a server on a port of its own, off the tests' threads.
func serve<Value: Sendable>(
  _ broker: StandBroker = StandBroker(), _ change: (inout BrokerServer.Limits) -> Void = { _ in },
  _ body: @escaping @Sendable (BrokerServer) throws -> Value
) async throws -> Value {
  var limits = BrokerServer.Limits()
  change(&limits)
  let server = try await BrokerServer.start(host: "127.0.0.1", port: 0, asking: broker, limits: limits)
  do {
    let value = try await blocking { try body(server) }
    await server.stop()
    return value
  } catch {
    await server.stop()
    throw error
  }
}

func post(_ path: String, _ body: String, _ headers: String = "") -> String {
  "POST \(path) HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/xml\r\n\(headers)Content-Length: \(body.utf8.count)\r\n\r\n\(body)"
}

let farmRequest =
  "<?xml version=\"1.0\"?><!DOCTYPE NFuseProtocol SYSTEM \"NFuse.dtd\"><NFuseProtocol version=\"4.1\"><RequestServerFarmData><Nil/></RequestServerFarmData></NFuseProtocol>"
let farmAnswer = """
  <?xml version="1.0" encoding="UTF-8"?>
  <!DOCTYPE NFuseProtocol SYSTEM "NFuse.dtd">
  <NFuseProtocol version="4.1"><ResponseServerFarmData><ServerFarmData><ServerFarmName>FARM</ServerFarmName></ServerFarmData></ResponseServerFarmData></NFuseProtocol>

  """
let launchRequest =
  "<NFuseProtocol version=\"4.1\"><RequestAddress><Name><AppName>Desk</AppName></Name><Credentials><UserName>alice</UserName></Credentials></RequestAddress></NFuseProtocol>"
let enumerationRequest =
  "<NFuseProtocol version=\"4.1\"><RequestAppData><Credentials><UserName>alice</UserName></Credentials></RequestAppData></NFuseProtocol>"
let badDocument = """
  <?xml version="1.0" encoding="UTF-8"?>
  <!DOCTYPE NFuseProtocol SYSTEM "NFuse.dtd">
  <NFuseProtocol version="5.4"><ErrorId>unspecified</ErrorId><MPSError type="IMA">0x8000000A</MPSError></NFuseProtocol>

  """
let ticketRequest =
  "<CtxSTAProtocol version=\"4.0\"><RequestTicket><TicketData><Value name=\"ICAAddress\">m1:1494</Value></TicketData></RequestTicket></CtxSTAProtocol>"
func dataRequest(_ ticket: String) -> String {
  "<CtxSTAProtocol version=\"4.0\"><RequestData><Ticket>\(ticket)</Ticket></RequestData></CtxSTAProtocol>"
}
