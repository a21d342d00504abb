import Broker
import BrokerConfiguration
import BrokerServer
import BrokerXML
import Foundation
import LiveWorld
import Synchronization
import World

/// Serves the broker's HTTP side over the real logic, for a load generator: 294 session hosts that take whoever comes, and 100 resources for each user. Prints where it
/// listens, the sizes of its answers and its process, as one line of JSON; ends when its input does.
enum BrokerBench {
  /// Of the generated configuration: 98 applications, and two desktops, for whoever is in both of its groups.
  private static let machines = 980

  static func run() async throws {
    let broker = BenchBroker(BrokerConfiguration.generate(machines: machines))
    let server = try await BrokerServer.start(host: "127.0.0.1", port: 0, asking: broker)
    let xml = NFuseService(asking: broker, random: SystemRandom())
    func size(_ body: XMLElement) async -> Int {
      await xml.answer(XMLElement("NFuseProtocol", attributes: [.init("version", "5.4")], children: [body])).bytes.count
    }
    let credentials = XMLElement("Credentials", children: [XMLElement("UserName", text: "user1")])
    let details = XMLElement("DesiredDetails", text: "permissions")
    let name = XMLElement("Name", children: [XMLElement("AppName", text: broker.application)])
    let start = Start(
      port: server.port, pid: Int(getpid()), application: broker.application, resources: broker.count,
      enumeration: await size(XMLElement("RequestAppData", children: [details, credentials])),
      launch: await size(XMLElement("RequestAddress", children: [name, credentials])))
    FileHandle.standardOutput.write(try JSONEncoder().encode(start) + Data([10]))
    await Task.detached { while readLine() != nil {} }.value
    await server.stop()
  }

  private struct Start: Encodable {
    var port: Int
    var pid: Int
    /// A resource that a session host serves.
    var application: String
    /// Of each user.
    var resources: Int
    /// Bytes of an answer's body.
    var enumeration: Int
    var launch: Int
  }
}

/// One logic behind one lock, as a connector has one behind one mailbox. Machines prepare at once.
private final class BenchBroker: BrokerAsking {
  let authority = "STA000000000BEC"
  private let clock = LiveClock()
  private let logic: Mutex<BrokerLogic>
  private let groups: [String]
  private let next = Atomic<UInt64>(1)
  let application: String
  let count: Int

  init(_ configuration: BrokerConfiguration) {
    var logic = BrokerLogic(BrokerLogic.Settings(side: .cloud, authority: authority))
    let now = LiveClock().now().moment
    _ = logic.handle(.configuration(BrokerSite(configuration)), at: now)
    for machine in configuration.machines where machine.deliveryGroup == "Shared applications" {
      let registration = MachineRegistration(machine: machine.name, callback: "http://127.0.0.1:9/", sessionSupport: .multiSession)
      _ = logic.handle(.asked(0, .register(registration)), at: now)
    }
    groups = configuration.groups.map(\.sid)
    let answer = logic.handle(.asked(0, .resources(UserIdentity(sid: "S-1-5-21-7-1", groups: groups))), at: now)
    var found: [BrokerResource] = []
    if case .answer(_, .resources(let resources))? = answer.first { found = resources }
    count = found.count
    application = found.first { $0.kind == .application }?.id ?? ""
    self.logic = Mutex(logic)
  }

  func ask(_ request: BrokerRequest, from asker: BrokerAsker) async -> BrokerAnswer {
    let number = next.add(1, ordering: .relaxed).newValue
    let now = clock.now().moment
    return logic.withLock { logic in
      var todo = logic.handle(.asked(number, request), at: now)
      var answer = BrokerAnswer.refused(BrokerRefusal(.notServing, "nothing was answered"))
      while !todo.isEmpty {
        switch todo.removeFirst() {
        case .answer(number, let found): answer = found
        case .prepare(let order, _): todo += logic.handle(.prepared(order, PrepareReply(accepted: true, load: 100)), at: now)
        case .keepTicketAtPeers(let number, _): todo += logic.handle(.ticketKept(number), at: now)
        case .answer, .say: break
        }
      }
      return answer
    }
  }

  func identify(_ name: String, domain: String?, sid: String?, password: String?) async throws -> UserIdentity {
    UserIdentity(sid: "S-1-5-21-7-" + name.utf8.filter { (0x30...0x39).contains($0) }.map { String($0 - 0x30) }.joined(), groups: groups)
  }
}
