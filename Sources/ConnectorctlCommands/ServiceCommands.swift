import ArgumentParser
import ControlAPI
import EventCatalog

struct HighAvailabilityCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    "ha", "High availability: who is elected, who brokers, and why.", example: "connectorctl --connector c1 ha why",
    subcommands: [HighAvailabilityStatus.self, HighAvailabilityWhy.self, HighAvailabilityForce.self, HighAvailabilityClear.self])
}

struct HighAvailabilityStatus: ConnectorctlLeaf {
  static let configuration = CommandConfiguration(
    "status", "The mode, the peers and the elected one.", example: "connectorctl --connector c1 ha status")
  @OptionGroup var options: ControlOptions

  func perform(_ session: Session) throws -> CommandExit {
    try session.showCall(.highAvailabilityStatus, columns: ["mode", "modeSince", "rule", "forced", "elected", "isSelf", "reason", "fqdn", "answers"])
  }
}

struct HighAvailabilityWhy: ConnectorctlLeaf {
  static let configuration = CommandConfiguration(
    "why", "The election and the mode in sentences: since when, by which rule, what would change it.", example: "connectorctl --connector c1 ha why")
  @OptionGroup var options: ControlOptions

  func perform(_ session: Session) throws -> CommandExit {
    let answer = try session.call(.highAvailabilityWhy)
    session.show(answer, as: answer["why"]?.text.map { OneLine.escape($0) + "\n" } ?? JSONText.text(answer))
    return .done
  }
}

struct HighAvailabilityForce: ConnectorctlLeaf {
  static let configuration = CommandConfiguration(
    "force", "Forces outage mode, as in a drill: the elected connector is to broker, whatever the cloud says.",
    more: "It holds until ha clear, also over a restart. Force it on every connector of the resource location.",
    example: "connectorctl --connector c1 ha force --reason 'drill of the 4th'")
  @OptionGroup var options: ControlOptions
  @Option(name: .long, help: "Why; it stands in the events and in ha status.") var reason = ""

  func perform(_ session: Session) throws -> CommandExit {
    session.show(try session.call(.highAvailabilityForce, ["reason": .text(reason)]), as: "outage mode is forced until connectorctl ha clear\n")
    return .done
  }
}

struct HighAvailabilityClear: ConnectorctlLeaf {
  static let configuration = CommandConfiguration(
    "clear", "Forces outage mode no more.",
    more: "The way back is that of any outage: Initial HA to its end, then Pending Recovery while the cloud is well.",
    example: "connectorctl --connector c1 ha clear")
  @OptionGroup var options: ControlOptions

  func perform(_ session: Session) throws -> CommandExit {
    session.show(try session.call(.highAvailabilityClear), as: "outage mode is forced no more; connectorctl ha why says how it goes on\n")
    return .done
  }
}

struct BrokerCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    "broker", "Who answers machines, StoreFront and gateways here.", example: "connectorctl --connector c1 broker status",
    subcommands: [BrokerStatus.self])
}

struct BrokerStatus: ConnectorctlLeaf {
  static let configuration = CommandConfiguration(
    "status", "Where this connector is asked, who answers, and what the broker in it knows: machines, sessions, tickets.",
    more: "brokers: cloud (requests are relayed), here (this connector brokers in an outage), elsewhere (another connector does).",
    example: "connectorctl --connector c1 broker status")
  @OptionGroup var options: ControlOptions

  func perform(_ session: Session) throws -> CommandExit {
    try session.showCall(
      .brokerStatus,
      columns: [
        "brokers", "mode", "elected", "address", "problem", "authority", "revision", "zone", "registered", "unregistered", "sessionsActive",
        "tickets",
        "relayed", "relaysFailed", "answeredHere", "refused",
      ])
  }
}

struct SyncCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    "sync", "The broker configuration's copy on this connector.", example: "connectorctl --connector c1 sync now",
    subcommands: [SyncStatus.self, SyncNow.self])
}

struct SyncStatus: ConnectorctlLeaf {
  static let configuration = CommandConfiguration(
    "status", "What is in use, and how the last import went.", example: "connectorctl --connector c1 sync status")
  @OptionGroup var options: ControlOptions

  func perform(_ session: Session) throws -> CommandExit { try session.showCall(.syncStatus, columns: ["state", "outcome", "revision", "problem"]) }
}

struct SyncNow: ConnectorctlLeaf {
  static let configuration = CommandConfiguration(
    "now", "Asks the cloud for its configuration at once.", example: "connectorctl --connector c1 sync now")
  @OptionGroup var options: ControlOptions

  func perform(_ session: Session) throws -> CommandExit { try session.showCall(.syncNow, columns: ["state", "outcome", "revision", "problem"]) }
}

struct WatchDogCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    "watchdog", "The WatchDog, which holds the way to the privileged operations.", example: "connectorctl --connector c1 watchdog maintenance on",
    subcommands: [WatchDogStatus.self, WatchDogMaintenance.self, WatchDogScheduleRestart.self, WatchDogCancelRestart.self])
}

struct WatchDogStatus: ConnectorctlLeaf {
  static let configuration = CommandConfiguration("status", "What the WatchDog watches.", example: "connectorctl --connector c1 watchdog status")
  @OptionGroup var options: ControlOptions

  func perform(_ session: Session) throws -> CommandExit { try session.showCall(.watchDogStatus) }
}

struct WatchDogMaintenance: ConnectorctlLeaf {
  enum Switch: String, CaseIterable, ExpressibleByArgument { case on, off }

  static let configuration = CommandConfiguration(
    "maintenance", "Takes the connector out of service, or back in.",
    example: "connectorctl --connector c1 watchdog maintenance on --reason 'disk is replaced'")
  @OptionGroup var options: ControlOptions
  @Argument(help: "on or off.") var maintenance: Switch
  @Option(name: .long, help: "Why; it stands in the events and in the registry.") var reason = "asked for with connectorctl"

  func perform(_ session: Session) throws -> CommandExit {
    try session.showCall(.maintenance, ["on": .bool(maintenance == .on), "reason": .text(reason)])
  }
}

struct WatchDogScheduleRestart: ConnectorctlLeaf {
  enum Target: String, CaseIterable, ExpressibleByArgument { case process, machine }

  static let configuration = CommandConfiguration(
    "schedule-restart", "Restarts the connector's process or the machine later.",
    example: "connectorctl --connector c1 watchdog schedule-restart --delay 5m")
  @OptionGroup var options: ControlOptions
  @Option(name: .long, help: "How long from now, such as 30s or 5m; at most 7d.") var delay = "0s"
  @Option(name: .long, help: "process or machine.") var target = Target.machine
  @Option(name: .long, help: "Why; it stands in the events.") var reason = "asked for with connectorctl"

  func perform(_ session: Session) throws -> CommandExit {
    try session.showCall(
      .scheduleRestart, ["delay": .text(delay), "target": .text(target.rawValue), "reason": .text(reason)], columns: ["target", "dueAt", "reason"])
  }
}

struct WatchDogCancelRestart: ConnectorctlLeaf {
  static let configuration = CommandConfiguration(
    "cancel-restart", "Takes a scheduled restart back.", example: "connectorctl --connector c1 watchdog cancel-restart")
  @OptionGroup var options: ControlOptions

  func perform(_ session: Session) throws -> CommandExit { try session.showCall(.cancelRestart) }
}
