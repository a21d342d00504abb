import Broker
import BrokerConfiguration
import BrokerServer
import BrokerXML
import Foundation
import LiveWorld
import World

/// Serves the broker's HTTP side over the real logic, for a load generator: 294 session hosts that take whoever comes, and 100 resources for each user. Prints where it
/// listens, the sizes of its answers and its process, as one line of JSON; ends when its input does.
enum BrokerBench {
  /// Of the generated configuration: 98 applications, and two desktops, for whoever is in both of its groups.
  private static let machines = 980

  static func run() async throws {
    let configuration = BrokerConfiguration.generate(machines: machines)
    let groups = configuration.groups.map(\.sid)
    let broker = LockedBroker(.cloud, BrokerSite(configuration), groups: groups)
    for machine in configuration.machines where machine.deliveryGroup == "Shared applications" {
      _ = broker.answer(.register(MachineRegistration(machine: machine.name, callback: "http://127.0.0.1:9/", sessionSupport: .multiSession)))
    }
    var resources: [BrokerResource] = []
    if case .resources(let found) = broker.answer(.resources(UserIdentity(sid: "S-1-5-21-7-1", groups: groups))) { resources = found }
    let application = resources.first { $0.kind == .application }?.id ?? ""

    let server = try await BrokerServer.start(host: "127.0.0.1", port: 0, asking: broker)
    let xml = NFuseService(asking: broker, random: SystemRandom())
    func size(_ body: XMLElement) async -> Int {
      await xml.answer(XMLElement("NFuseProtocol", attributes: [.init("version", "5.4")], children: [body])).bytes.count
    }
    let credentials = XMLElement("Credentials", children: [XMLElement("UserName", text: "user1")])
    let details = XMLElement("DesiredDetails", text: "permissions")
    let name = XMLElement("Name", children: [XMLElement("AppName", text: application)])
    let start = Start(
      port: server.port, pid: Int(getpid()), application: application, resources: resources.count,
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
