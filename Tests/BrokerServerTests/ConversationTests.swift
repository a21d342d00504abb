import BrokerServer
import Foundation
import Testing

@Suite struct ConversationTests {
  @Test func aConnectionIsKept() async throws {
    let answers = try await serve { server in
      let client = try RawClient(port: server.port)
      return (0..<3).map { _ in
        client.send(post("/scripts/wpnbr.dll", farmRequest))
        return client.answer()?.body
      }
    }
    #expect(answers == [farmAnswer, farmAnswer, farmAnswer])
  }

  @Test func requestsAheadAreAnsweredInOrder() async throws {
    let broker = StandBroker()
    broker.closeGate()
    let answers = try await serve(broker) { server in
      let client = try RawClient(port: server.port)
      client.send(post("/scripts/wpnbr.dll", launchRequest) + post("/scripts/wpnbr.dll", farmRequest) + post("/scripts/ctxsta.dll", ticketRequest))
      // The launch is being answered: only then may the others pass it.
      while broker.asked == 0 { sched_yield() }
      let wasSilent = client.isSilent
      broker.openGate()
      return (wasSilent, (0..<3).map { _ in client.answer()?.body ?? "" })
    }
    #expect(answers.0)
    #expect(answers.1[0].contains("<ResponseAddress>") && answers.1[1] == farmAnswer && answers.1[2].contains("<ResponseTicket>"))
  }

  @Test func closesWhenAskedToAndWithHTTP10() async throws {
    for (version, connection, closes) in [("1.1", "close", true), ("1.0", "", true), ("1.0", "Keep-Alive", false)] {
      let result = try await serve { server in
        let client = try RawClient(port: server.port)
        let header = connection.isEmpty ? "" : "Connection: \(connection)\r\n"
        client.send(post("/scripts/wpnbr.dll", farmRequest, header).replacing("HTTP/1.1", with: "HTTP/\(version)"))
        let answer = client.answer()
        return (answer?.body, answer?["connection"], closes ? client.isClosed : client.isSilent)
      }
      #expect(result.0 == farmAnswer && result.1 == (closes ? "close" : "Keep-Alive") && result.2)
    }
  }

  @Test func continuesWhenItIsExpectedTo() async throws {
    let statuses = try await serve { server in
      let client = try RawClient(port: server.port)
      let whole = post("/scripts/wpnbr.dll", farmRequest, "Expect: 100-Continue\r\n")
      client.send(String(whole.dropLast(farmRequest.count)))
      let first = client.answer()?.status
      client.send(farmRequest)
      return [first, client.answer()?.status]
    }
    #expect(statuses == [100, 200])
  }

  @Test func whoHasEndedSendingIsStillAnswered() async throws {
    let body = try await serve { server in
      let client = try RawClient(port: server.port)
      client.send(post("/scripts/wpnbr.dll", farmRequest))
      client.endSending()
      return client.answer()?.body
    }
    #expect(body == farmAnswer)
  }

  @Test func stoppingEndsConnections() async throws {
    let server = try await BrokerServer.start(host: "127.0.0.1", port: 0, asking: StandBroker(), eventLoops: 1)
    let port = server.port
    let client = try await blocking {
      let client = try RawClient(port: port)
      client.send(post("/scripts/wpnbr.dll", farmRequest))
      _ = client.answer()
      return client
    }
    await server.stop()
    #expect(try await blocking { client.isClosed })
    await #expect(throws: (any Error).self) { try await blocking { _ = try RawClient(port: port) } }
  }

  /// Two customers' connectors, and a gateway which knows authorities by the id in the ticket.
  @Test func authoritiesThatShareAnIdMisroute() async throws {
    func exchange(_ one: String, _ other: String) async throws -> (routedTo: Int, answer: RawAnswer?) {
      let servers = [
        try await BrokerServer.start(host: "127.0.0.1", port: 0, asking: StandBroker(authority: one)),
        try await BrokerServer.start(host: "127.0.0.1", port: 0, asking: StandBroker(authority: other)),
      ]
      let ports = servers.map(\.port)
      let result = try await blocking {
        // The gateway's list: of two with the same id it keeps the last.
        let gateway = Dictionary([(one, 0), (other, 1)], uniquingKeysWith: { $1 })
        let first = try RawClient(port: ports[0])
        first.send(post("/scripts/ctxsta.dll", ticketRequest))
        let given = first.answer()?.body ?? ""
        func text(_ name: String) -> String { given.components(separatedBy: "<\(name)>").last?.components(separatedBy: "<").first ?? "" }
        let target = gateway[text("AuthorityID")] ?? 0
        let asked = try RawClient(port: ports[target])
        asked.send(post("/scripts/ctxsta.dll", dataRequest(";40;\(text("AuthorityID"));\(text("Ticket"))")))
        return (target, asked.answer())
      }
      for server in servers { await server.stop() }
      return result
    }
    let shared = try await exchange("CWSSTA", "CWSSTA")
    #expect(shared.routedTo == 1 && shared.answer?.body.contains("<ErrorId>ticket-not-found</ErrorId>") == true)
    #expect(shared.answer?["connectord-refusal"]?.contains("calls itself CWSSTA, as others may, also those of other customers") == true)
    let distinct = try await exchange("STA00000000000A", "STA00000000000B")
    #expect(distinct.routedTo == 0 && distinct.answer?.body.contains("<Value name=\"ICAAddress\">m1:1494</Value>") == true)
  }
}
