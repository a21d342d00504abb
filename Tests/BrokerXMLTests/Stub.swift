import Broker
import BrokerXML
import Foundation
import SimulatedWorld
import Synchronization
import World
import XMLExpat

/// A broker with fixed answers, which keeps what it was asked.
final class StubBroker: BrokerAsking {
  let authority: String
  let answers: @Sendable (BrokerRequest) -> BrokerAnswer
  let user: @Sendable (String, String?, String?, String?) throws -> UserIdentity
  private let kept = Mutex<[(BrokerRequest, BrokerAsker)]>([])
  private let names = Mutex<[[String?]]>([])

  init(
    authority: String = "STA0123456789AB",
    user: @escaping @Sendable (String, String?, String?, String?) throws -> UserIdentity = { _, _, _, _ in stubUser },
    answers: @escaping @Sendable (BrokerRequest) -> BrokerAnswer
  ) {
    self.authority = authority
    self.answers = answers
    self.user = user
  }

  var asked: [BrokerRequest] { kept.withLock { $0.map(\.0) } }
  var askers: [BrokerAsker] { kept.withLock { $0.map(\.1) } }
  var identified: [[String?]] { names.withLock { $0 } }

  func ask(_ request: BrokerRequest, from asker: BrokerAsker) async -> BrokerAnswer {
    kept.withLock { $0.append((request, asker)) }
    return answers(request)
  }

  func identify(_ name: String, domain: String?, sid: String?, password: String?) async throws -> UserIdentity {
    names.withLock { $0.append([name, domain, sid, password]) }
    return try user(name, domain, sid, password)
  }
}

let stubUser = UserIdentity(sid: "S-1-5-21-1-2-3-1001", groups: ["S-1-5-21-1-2-3-513"])
let credentials =
  "<Credentials><UserName>alice</UserName><Password encoding=\"cleartext\">p&amp;w</Password><Domain type=\"NT\">LAB</Domain></Credentials>"

func nfuse(_ body: String, version: String = "5.4") -> String {
  "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!DOCTYPE NFuseProtocol SYSTEM \"NFuse.dtd\">\n<NFuseProtocol version=\"\(version)\">\(body)</NFuseProtocol>\n"
}

func sta(_ body: String, version: String = "4.0") -> String {
  "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!DOCTYPE CtxSTAProtocol SYSTEM \"CtxSTA.dtd\">\n<CtxSTAProtocol version=\"\(version)\">\(body)</CtxSTAProtocol>\n"
}

extension StubBroker {
  func nfuse(_ document: String) async throws -> (text: String, refusal: BrokerRefusal?) {
    let reply = await NFuseService(asking: self, random: SeededRandom(seed: 1)).answer(try XMLReader.read(Array(document.utf8)))
    return (String(decoding: reply.bytes, as: UTF8.self), reply.refusal)
  }

  func sta(_ document: String) async throws -> (text: String, refusal: BrokerRefusal?) {
    let reply = await STAService(asking: self, random: SeededRandom(seed: 1)).answer(try XMLReader.read(Array(document.utf8)))
    return (String(decoding: reply.bytes, as: UTF8.self), reply.refusal)
  }
}
