import BrokerServer
import Foundation
import Testing

@Suite struct RouteTests {
  @Test(arguments: [
    "/scripts/wpnbr.dll", "/Scripts/WPnBr.dll", "/SCRIPTS/WPNBR.DLL", "//scripts///wpnbr.dll", "/Scripts\\wpnbr.dll", "/scripts%5Cwpnbr.dll",
    "/scripts/wpnbr.dll?x=1", "http://localhost/scripts/wpnbr.dll", "/scripts/wpnbr.dll/",
  ])
  func theXMLServiceUnderEachOfItsNames(_ path: String) async throws {
    let answer = try await serve { server in
      let client = try RawClient(port: server.port)
      client.send(post(path, farmRequest))
      return client.answer()
    }
    #expect(answer?.status == 200 && answer?.body == farmAnswer)
    #expect(answer?["server"] == "Citrix Web PN Server" && answer?["content-type"] == "text/xml" && answer?["connection"] == nil)
    #expect(answer?["date"]?.wholeMatch(of: #/[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT/#) != nil)
  }

  @Test func headersOfAnyCase() async throws {
    let answer = try await serve { server in
      let client = try RawClient(port: server.port)
      client.send(
        "POST /Scripts/CtxSTA.dll HTTP/1.1\r\nhOST: x\r\nCONTENT-TYPE: TEXT/XML\r\ncontent-LENGTH: \(ticketRequest.utf8.count)\r\n\r\n\(ticketRequest)"
      )
      return client.answer()
    }
    #expect(answer?.status == 200)
    #expect(answer?.body.contains(#/<AuthorityID>STA0123456789AB<\/AuthorityID><Ticket>[A-Z0-9]{32}<\/Ticket>/#) == true)
  }

  @Test func aBodyInChunks() async throws {
    let answer = try await serve { server in
      let client = try RawClient(port: server.port)
      let (one, two) = (farmRequest.prefix(40), farmRequest.dropFirst(40))
      client.send("POST /scripts/wpnbr.dll HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n")
      client.send("\(String(one.utf8.count, radix: 16))\r\n\(one)\r\n")
      client.send("\(String(two.utf8.count, radix: 16))\r\n\(two)\r\n0\r\n\r\n")
      return client.answer()
    }
    #expect(answer?.body == farmAnswer)
  }

  @Test func wrongPathsAndMethods() async throws {
    let answers = try await serve { server in
      let client = try RawClient(port: server.port)
      return ["GET /", "GET /scripts/wpnbr.dll", "PUT /scripts/ctxsta.dll", "GET /scripts", "POST /../etc/passwd", "GET /vda/v1/x"].map {
        client.send("\($0) HTTP/1.1\r\nHost: x\r\n\r\n")
        return client.answer()
      }
    }
    #expect(answers.map { $0?.status } == [404, 405, 405, 404, 404, 404])
    #expect(answers.map { $0?["allow"] } == [nil, "POST", "POST", nil, nil, nil])
  }

  @Test func aHeadRequestHasNoBody() async throws {
    let statuses = try await serve { server in
      let client = try RawClient(port: server.port)
      client.send("HEAD /scripts/wpnbr.dll HTTP/1.1\r\nHost: x\r\n\r\n" + post("/scripts/wpnbr.dll", farmRequest))
      return [client.answer(headOnly: true)?.status, client.answer()?.status]
    }
    #expect(statuses == [405, 200])
  }

  @Test func machinesSpeakJSON() async throws {
    let answers = try await serve { server in
      let client = try RawClient(port: server.port)
      return ["{\"heartbeat\":{\"machine\":\"m1\"}}", "{\"heartbeat\":{}}", "{\"dance\":{}}", "[", "", String(repeating: "[", count: 100_000)].map {
        client.send(post("/VDA/v1", $0))
        return client.answer()
      }
    }
    #expect(answers.map { $0?.status } == [200, 400, 400, 400, 400, 400])
    #expect(answers.first??.body == "{\"noted\":{}}" && answers.first??["content-type"] == "application/json")
    #expect(answers.dropFirst().allSatisfy { $0?.body.contains("\"badRequest\"") == true && $0?.body.contains("no broker request in JSON") == true })
  }

  @Test func aRefusalSaysWhyBesideTheProtocolsForm() async throws {
    let answer = try await serve { server in
      let client = try RawClient(port: server.port)
      client.send(post("/scripts/wpnbr.dll", launchRequest.replacing("alice", with: "Zoë\n\u{85}")))
      return client.answer()
    }
    #expect(answer?.status == 200 && answer?.body.contains("<ResponseAddress><ErrorId>failed-credentials</ErrorId></ResponseAddress>") == true)
    #expect(
      answer?["connectord-refusal"] == "notEntitled: no user 'Zo??????'"
        || answer?["connectord-refusal"]?.hasPrefix("notEntitled: no user 'Zo??") == true)
  }

  @Test func aPortThatIsTakenIsSaid() async throws {
    try await confirmation { said in
      let broker = StandBroker()
      let first = try await BrokerServer.start(host: "127.0.0.1", port: 0, asking: broker, eventLoops: 1)
      do { _ = try await BrokerServer.start(host: "127.0.0.1", port: first.port, asking: broker, eventLoops: 1) } catch let error as BrokerServerError
      {
        #expect("\(error)".contains("cannot listen on 127.0.0.1:\(first.port)") && "\(error)".contains("remoteBroker.listen"))
        said()
      }
      await first.stop()
    }
  }
}
