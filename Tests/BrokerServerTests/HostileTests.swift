import BrokerServer
import Foundation
import Testing

@Suite struct HostileTests {
  private static func document(_ body: [UInt8]) async throws -> RawAnswer? {
    try await serve { server in
      let client = try RawClient(port: server.port)
      client.send(Array("POST /scripts/wpnbr.dll HTTP/1.1\r\nHost: x\r\nContent-Length: \(body.count)\r\n\r\n".utf8) + body)
      let answer = client.answer()
      // The connection goes on.
      client.send(post("/scripts/wpnbr.dll", farmRequest))
      return client.answer()?.body == farmAnswer ? answer : nil
    }
  }

  private static let bomb =
    "<!DOCTYPE a [<!ENTITY l0 'lol'>"
    + (1...9).map { "<!ENTITY l\($0) '\(String(repeating: "&l\($0 - 1);", count: 10))'>" }.joined() + "]><a>&l9;</a>"

  @Test(arguments: [
    ("", "no element found"), ("hello", "syntax error"), ("<NFuseProtocol version='5.4'><RequestCapabilities>", "no element found"),
    (String(repeating: "<a>", count: 5_000), "deeper within each other than 64"), (bomb, "entity 'l0'"),
    ("<?xml version='1.0' encoding='KOI8-R'?><NFuseProtocol/>", "encoding that the document names is not read"),
    ("<?xml version='1.0' encoding='UTF-16'?><NFuseProtocol/>", "encoding"),
    ("<NFuseProtocol>" + String(repeating: "<a/>", count: 20_001) + "</NFuseProtocol>", "more than 20000 elements"),
    ("<html><body>GET</body></html>", "the document is <html>"),
  ])
  func badDocumentsGetTheProtocolsError(_ text: String, _ why: String) async throws {
    let answer = try await Self.document(Array(text.utf8))
    #expect(answer?.status == 200 && answer?.body == badDocument)
    #expect(answer?["connectord-refusal"]?.contains(why) == true, "\(answer?["connectord-refusal"] ?? "none")")
  }

  @Test func bytesThatAreNoText() async throws {
    let answer = try await Self.document(Array("<NFuseProtocol>".utf8) + [0xff, 0xfe, 0, 0x80] + Array("</NFuseProtocol>".utf8))
    #expect(answer?.body == badDocument && answer?["connectord-refusal"]?.contains("line 1, column 16") == true)
  }

  /// An entity and a document type that lie elsewhere are neither read from disk nor fetched.
  @Test func nothingOutsideIsOpened() async throws {
    let canary = Canary()
    let file = FileManager.default.temporaryDirectory.appending(path: "canary-\(UUID().uuidString)")
    try Data("CANARY".utf8).write(to: file)
    defer { try? FileManager.default.removeItem(at: file) }
    for place in [file.absoluteString, "http://127.0.0.1:\(canary.port)/x.dtd"] {
      let entity =
        "<!DOCTYPE NFuseProtocol [<!ENTITY x SYSTEM '\(place)'>]><NFuseProtocol><RequestCapabilities>&x;</RequestCapabilities></NFuseProtocol>"
      let refused = try await Self.document(Array(entity.utf8))
      #expect(refused?.body == badDocument && refused?["connectord-refusal"]?.contains("entity 'x'") == true)
      let parameter = "<!DOCTYPE NFuseProtocol [<!ENTITY % x SYSTEM '\(place)'> %x;]><NFuseProtocol/>"
      #expect(try await Self.document(Array(parameter.utf8))?.body == badDocument)
      let type = "<!DOCTYPE NFuseProtocol SYSTEM '\(place)'><NFuseProtocol version='4.1'><RequestServerFarmData/></NFuseProtocol>"
      #expect(try await Self.document(Array(type.utf8))?.body == farmAnswer)
    }
    #expect(!canary.wasVisited)
    // The canary would have told.
    _ = try await blocking { try RawClient(port: canary.port) }
    #expect(canary.wasVisited)
  }

  @Test(arguments: ["\u{0}\u{1}\u{2}\r\n\r\n", "POST\r\n\r\n", "GET / HTTP/9.9\r\n\r\n", "POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n"])
  func brokenHTTPIs400(_ text: String) async throws {
    let result = try await serve { server in
      let client = try RawClient(port: server.port)
      client.send(text)
      return (client.answer()?.status, client.isClosed)
    }
    #expect(result.0 == 400 && result.1)
  }

  @Test func whatIsTooLargeIsSaid() async throws {
    let rows: [(String, String, Int)] = [
      // Announced, in chunks, and in headers.
      ("POST /scripts/wpnbr.dll HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999\r\n\r\n", String(repeating: "x", count: 3 << 20), 413),
      (
        "POST /scripts/wpnbr.dll HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n",
        String(repeating: "10000\r\n\(String(repeating: "x", count: 65_536))\r\n", count: 40), 413
      ),
      ("POST /scripts/wpnbr.dll HTTP/1.1\r\nHost: x\r\nX: \(String(repeating: "y", count: 20_000))\r\nContent-Length: 0\r\n\r\n", "", 431),
      ("POST /elsewhere HTTP/1.1\r\nHost: x\r\nContent-Length: 3000000\r\n\r\n", String(repeating: "x", count: 3_000_000), 404),
    ]
    for (head, body, status) in rows {
      let result = try await serve { server in
        let client = try RawClient(port: server.port)
        // All of it, before the answer is looked at.
        client.send(head + body)
        let answer = client.answer()
        client.endSending()
        return (answer?.status, answer?["connection"], client.isClosed)
      }
      #expect(result.0 == status && result.1 == "close" && result.2, "\(status): \(result)")
    }
  }

  @Test func anExpectedBodyThatIsTooLargeIsNotAskedFor() async throws {
    let status = try await serve { server in
      let client = try RawClient(port: server.port)
      client.send("POST /scripts/wpnbr.dll HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 2000000\r\n\r\n")
      return client.answer()?.status
    }
    #expect(status == 413)
  }

  /// A byte now and then does not hold a place.
  @Test func slowClientsAreClosed() async throws {
    let brief: @Sendable (inout BrokerServer.Limits) -> Void = {
      $0.requestTime = .milliseconds(300)
      $0.idleTime = .milliseconds(300)
    }
    let inHead = try await serve(StandBroker(), brief) { server in
      let client = try RawClient(port: server.port)
      client.send("POST /scripts/wp")
      return client.answer() == nil
    }
    #expect(inHead)
    let inBody = try await serve(StandBroker(), brief) { server in
      let client = try RawClient(port: server.port)
      client.send(String(post("/scripts/wpnbr.dll", farmRequest).dropLast(5)))
      let status = client.answer()?.status
      client.endSending()
      return (status, client.isClosed)
    }
    #expect(inBody.0 == 408 && inBody.1)
    let silent = try await serve(StandBroker(), brief) { server in try RawClient(port: server.port).isClosed }
    #expect(silent)
    let dripping = try await serve(StandBroker(), brief) { server in
      let client = try RawClient(port: server.port)
      // A head without end, for as long as it is listened to.
      client.send("POST /scripts/wpnbr.dll HTTP/1.1\r\n")
      for _ in 0..<250 {
        if client.hears(within: 20) { return true }
        client.send("A")
      }
      return false
    }
    #expect(dripping)
  }

  @Test func anAnswerThatDoesNotComeEndsTheConnection() async throws {
    let broker = StandBroker()
    broker.closeGate()
    let brief: @Sendable (inout BrokerServer.Limits) -> Void = { $0.answerTime = .milliseconds(200) }
    let closed = try await serve(broker, brief) { server in
      let client = try RawClient(port: server.port)
      client.send(post("/scripts/wpnbr.dll", launchRequest))
      return client.answer() == nil
    }
    #expect(closed)
    broker.openGate()
  }

  /// More than both sides' buffers take, and nobody who reads; one place, which is free again once the time is over.
  @Test func aClientThatDoesNotTakeItsAnswerIsClosed() async throws {
    let brief: @Sendable (inout BrokerServer.Limits) -> Void = {
      $0.sendTime = .milliseconds(200)
      $0.connections = 1
    }
    let broker = StandBroker(resources: 100_000)
    let wasWhole = try await serve(broker, brief) { server in
      let client = try RawClient(port: server.port)
      client.send(post("/scripts/wpnbr.dll", enumerationRequest))
      // From here on the one place is this client's.
      broker.wasAsked.wait()
      var status: Int?
      repeat {
        let other = try RawClient(port: server.port)
        other.send(post("/scripts/wpnbr.dll", farmRequest))
        status = other.answer()?.status
      } while status != 200
      return client.answer() != nil
    }
    #expect(!wasWhole)
  }

  @Test func oneConnectionTooManyIsToldSo() async throws {
    let two: @Sendable (inout BrokerServer.Limits) -> Void = { $0.connections = 2 }
    let statuses = try await serve(StandBroker(), two) { server in
      let clients = [try RawClient(port: server.port), try RawClient(port: server.port)]
      for client in clients {
        client.send(post("/scripts/wpnbr.dll", farmRequest))
        _ = client.answer()
      }
      let third = try RawClient(port: server.port)
      let told = third.answer()
      return ([told?.status], told?["retry-after"], third.isClosed)
    }
    #expect(statuses.0 == [503] && statuses.1 == "1" && statuses.2)
  }
}
