package import AgentSystem
import ConnectorSettings
import ServiceKit
package import World

/// The answer to `status` and `maintenance`.
package struct WatchDogStatus: Hashable, Codable, Sendable {
  package struct Restart: Hashable, Codable, Sendable {
    package var target: RestartTarget
    package var dueAt: WallTime
    package var reason: String

    init(_ restart: ScheduledRestart) {
      target = restart.target
      dueAt = restart.dueAt
      reason = restart.reason.text
    }
  }
  package struct Service: Hashable, Codable, Sendable {
    package var name: ServiceName
    package var state: String
    package var up: Bool
    package var restarts: Int
    /// `down` or `flapping`; absent when it is well.
    package var trouble: String?
  }
  package var inMaintenance: Bool
  package var maintenanceReason: String
  package var agentSystemReachable: Bool
  /// Absent when none is scheduled.
  package var restart: Restart?
  /// The flag that the last check found set; absent when the machine waits for nothing.
  package var pendingRestart: String?
  /// Those that are enabled.
  package var services: [Service]

  init(_ report: WatchDogLogic.Report) {
    inMaintenance = report.standing.inMaintenance
    maintenanceReason = report.standing.maintenanceReason
    agentSystemReachable = report.isAgentSystemReachable
    restart = report.standing.restart.map(Restart.init)
    pendingRestart = report.pendingRestart?.text
    services = report.services.map {
      Service(
        name: $0.condition.name, state: $0.condition.state, up: $0.condition.isUp, restarts: $0.condition.restarts, trouble: $0.trouble?.rawValue)
    }
  }
}

struct Maintenance: Codable {
  var on: Bool
  var reason: String?
}

struct Schedule: Codable {
  var delay: TimeSpan
  var target: RestartTarget?
  var reason: String?
}

struct Name: Codable { var name: String }
struct Path: Codable { var path: String }
struct Prefix: Codable { var prefix: String? }
struct Entries: Codable { var entries: [RegistryEntry] }
struct Cancelled: Codable { var cancelled: Bool }
struct Deleted: Codable { var deleted: Bool }

/// The body of `registry-set`.
struct Setting: Decodable {
  private enum Key: String, CodingKey { case path, type, value }
  private enum Raw {
    case text(String)
    case typed(RegistryValue)
  }
  var path: String
  var type: RegistryValue.ValueType?
  private var raw: Raw

  init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Key.self)
    path = try container.decode(String.self, forKey: .path)
    type = try container.decodeIfPresent(RegistryValue.ValueType.self, forKey: .type)
    if let flag = try? container.decode(Bool.self, forKey: .value) {
      raw = .typed(.boolean(flag))
    } else if let number = try? container.decode(Int64.self, forKey: .value) {
      raw = .typed(.integer(number))
    } else if let text = try? container.decode(String.self, forKey: .value) {
      raw = .text(text)
    } else {
      raw = .typed(.strings(try container.decode([String].self, forKey: .value)))
    }
  }

  /// The value as the type that is meant.
  func typed(at path: RegistryPath) throws(WireError) -> RegistryValue {
    let meant = type ?? KnownRegistryKeys.find(path)?.type
    switch raw {
    case .text(let text):
      guard let value = RegistryValue(text, as: meant ?? .string) else {
        throw WireError(.badRequest, "\(path): '\(ReasonText(text).text)' cannot be read as \((meant ?? .string).rawValue)")
      }
      return value
    case .typed(let value):
      guard meant == nil || meant == value.type else {
        throw WireError(.badRequest, "\(path): expected a value of type \((meant ?? value.type).rawValue); got \(value.type.rawValue)")
      }
      return value
    }
  }
}
