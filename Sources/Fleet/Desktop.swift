import Broker
import BrokerConfiguration
import Simulation
import World

/// A machine that users work on, in a resource location: it registers with a connector, and says again every few minutes that it is there (product facts 3.3, 8).
struct Desktop: Sendable {
  let name: String
  let location: Int
  var draws: Draws
  /// Through which connector it registered last; nil while it is registered nowhere.
  var via: Int?
  /// Connectors that it has not asked yet in this round, the next one last.
  var left: [Int] = []
  /// Of its attempts and heartbeats: what is late means nothing.
  var number: UInt32 = 0

  /// Between two rounds in which no connector took it. Unknown, chosen.
  static let pause = (Duration.seconds(15), Duration.seconds(30))
  /// What a connector that says nothing costs.
  static let patience = Duration.seconds(10)
}

/// What can be due for a machine.
enum DesktopEvent: UInt8, Sendable {
  case beat, attempt
}

/// The brokers of a fleet with machines: the real logic, the cloud's and that of each connector that brokers in an outage.
struct FleetBrokers: Sendable {
  let site: BrokerSite
  var cloud: BrokerLogic
  /// By connector; of another process is as good as none.
  var connectors: [Int: BrokerLogic] = [:]
  var asked: UInt64 = 0

  init(locations: Int, each: Int) {
    var configuration = BrokerConfiguration()
    configuration.revision = 1
    configuration.sites = [.init(name: "site", uuid: "site")]
    for place in 1...max(1, locations) {
      configuration.zones.append(.init(name: "l\(place)", uuid: "l\(place)"))
      configuration.machineCatalogs.append(
        .init(name: "l\(place)", zone: "l\(place)", sessionSupport: .multiSession, allocation: .random, provisioning: .manual))
      for number in 1...max(1, each) {
        let name = FleetBrokers.name(place - 1, number)
        configuration.machines.append(.init(name: name, dnsName: "\(name).example", sid: "S-\(name)", catalog: "l\(place)"))
      }
    }
    site = BrokerSite(configuration)
    cloud = BrokerLogic(.init(side: .cloud, authority: "CLOUD"))
    _ = cloud.handle(.configuration(site), at: Moment(nanoseconds: 0))
  }

  static func name(_ place: Int, _ number: Int) -> String { "l\(place + 1)m\(number)" }

  mutating func askCloud(_ request: BrokerRequest, at now: Moment) -> BrokerAnswer? {
    asked += 1
    return Self.answer(asked, cloud.handle(.asked(asked, request), at: now))
  }

  mutating func ask(_ connector: Int, _ request: BrokerRequest, at now: Moment) -> BrokerAnswer? {
    asked += 1
    guard let directives = connectors[connector]?.handle(.asked(asked, request), at: now) else { return nil }
    return Self.answer(asked, directives)
  }

  private static func answer(_ number: UInt64, _ directives: [BrokerLogic.Directive]) -> BrokerAnswer? {
    for case .answer(number, let answer) in directives { return answer }
    return nil
  }

  /// A connector begins or ends brokering.
  ///
  /// - Parameter zone: of its location; nil: it has no configuration.
  mutating func serve(_ connector: Int, _ serves: Bool, zone: String, hasConfiguration: Bool, at now: Moment) {
    guard serves else {
      // At the end all registrations are forgotten.
      _ = connectors[connector]?.handle(.serving(false), at: now)
      return
    }
    var logic = connectors[connector] ?? BrokerLogic(.init(side: .outage, zone: zone, authority: "STA\(connector)"))
    if hasConfiguration { _ = logic.handle(.configuration(site), at: now) }
    _ = logic.handle(.serving(true), at: now)
    connectors[connector] = logic
  }
}
