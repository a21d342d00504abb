import ArgumentParser
import CloudAPI
import ControlAPI
import World

struct StatusCommand: ConnectorctlLeaf {
  static let configuration = CommandConfiguration("status", "What the connector is doing.", example: "connectorctl --connector c1 status")
  @OptionGroup var options: ControlOptions

  func perform(_ session: Session) throws -> CommandExit {
    let answer = try session.ask(.status)
    guard case .status(let report) = answer else { throw session.unexpected(answer) }
    session.show(report, as: StatusText.text(report))
    return .done
  }
}

struct HealthCommand: ConnectorctlLeaf {
  static let configuration = CommandConfiguration(
    "health", "Whether the connector does its work: exit code 0 ready, 1 degraded, 2 down.",
    more: "It never says ready while the cloud is out of reach. A connector that does not answer is down.",
    example: "connectorctl --connector c1 health; echo $?")
  @OptionGroup var options: ControlOptions

  func perform(_ session: Session) throws -> CommandExit {
    let verdict = try Self.verdict(session)
    session.show(verdict, as: StatusText.text(verdict))
    return CommandExit(rawValue: verdict.exitCode) ?? .down
  }

  /// A connector that cannot be asked is down; only a wrong command line is an error of its own.
  private static func verdict(_ session: Session) throws -> HealthVerdict {
    do {
      let answer = try session.ask(.health)
      guard case .health(let verdict) = answer else { throw session.unexpected(answer) }
      return verdict
    } catch {
      let failure = Session.failure(error)
      if failure.status == .usage { throw failure }
      return HealthVerdict(state: .down, reasons: [failure.detail])
    }
  }
}

struct ServicesCommand: ConnectorctlLeaf {
  static let configuration = CommandConfiguration(
    "services", "The services of the connector, in their start order.", example: "connectorctl --connector c1 services --json")
  @OptionGroup var options: ControlOptions

  func perform(_ session: Session) throws -> CommandExit {
    let answer = try session.ask(.services)
    guard case .services(let rows) = answer else { throw session.unexpected(answer) }
    session.show(rows, as: StatusText.text(rows))
    return .done
  }
}

struct RestartCommand: ConnectorctlLeaf {
  static let configuration = CommandConfiguration("restart", "Restarts one service.", example: "connectorctl --connector c1 restart ad-provider")
  @OptionGroup var options: ControlOptions
  @Argument(help: "The service, as 'services' names it.") var service: ServiceName

  func perform(_ session: Session) throws -> CommandExit { try session.done(.restart(service: service)) }
}

struct FaultCommand: ConnectorctlLeaf {
  static let configuration = CommandConfiguration(
    "fault", "Makes a service crash or hang, in a laboratory.", more: "Only where the configuration has testbed.faults: true.",
    example: "connectorctl --connector c1 fault logger hang")
  @OptionGroup var options: ControlOptions
  @Argument(help: "The service, as 'services' names it.") var service: ServiceName
  @Argument(help: "crash or hang.") var kind: ServiceFault

  func perform(_ session: Session) throws -> CommandExit { try session.done(.fault(service: service, kind: kind)) }
}

struct FaultsCommand: ConnectorctlLeaf {
  static let configuration = CommandConfiguration(
    "faults", "The faults that this connector holds, with what is left of each.",
    more: """
      Faults of its services and its disk, ordered with connector-lab fault add; those of its link to the cloud stand at the lab's end (connector-lab fault list).
      Only where the configuration has testbed.faults: true.
      """,
    example: "connectorctl --connector c1 faults")
  @OptionGroup var options: ControlOptions

  func perform(_ session: Session) throws -> CommandExit {
    let answer = try session.ask(.faults)
    guard case .faults(let rows) = answer else { throw session.unexpected(answer) }
    var table = TextTable(["ID", "ON", "FAULT", "LEFT"])
    for row in rows {
      let words = [row.fault.kind, row.fault.value, row.fault.jitter.map { "±\($0)" }, row.fault.probability.map { "(\($0))" }]
      table.add(["\(row.id)", row.fault.on, words.compactMap { $0 }.joined(separator: " "), "\((row.left + 999) / 1000)s"])
    }
    session.show(rows, as: rows.isEmpty ? "no fault is held\n" : table.text)
    return .done
  }
}

struct VersionCommand: ConnectorctlLeaf {
  static let configuration = CommandConfiguration(
    "version", "The versions of connectorctl and of the connector.", example: "connectorctl --connector c1 version")
  @OptionGroup var options: ControlOptions

  func perform(_ session: Session) throws -> CommandExit {
    let own = ConnectorVersion.connector
    let answer: ControlAnswer
    do {
      answer = try session.ask(.version)
    } catch {
      if !session.options.json { session.printLine("connectorctl  \(own)") }
      throw error
    }
    guard case .version(let report) = answer else { throw session.unexpected(answer) }
    let both: JSONValue = ["connectorctl": .text(own), "connector": try JSONValue(report)]
    var table = TextTable()
    table.add(["connectorctl", own])
    table.add(["connector", report.version])
    table.add(["control protocol", "\(report.controlProtocol)"])
    session.show(both, as: table.text)
    return .done
  }
}

/// The generic way to any operation of a service.
struct CallCommand: ConnectorctlLeaf {
  static let configuration = CommandConfiguration(
    "call", "Asks any operation of a service: JSON in, JSON out.", more: "The operations stand in the README of each service.",
    example: #"connectorctl --connector c1 call ad-provider find '{"kind":"user","name":"alice.abbott"}'"#)
  @OptionGroup var options: ControlOptions
  @Argument(help: "The service, as 'services' names it.") var service: ServiceName
  @Argument(help: "The operation.") var operation: String
  @Argument(help: "Its body.") var body = "{}"

  func perform(_ session: Session) throws -> CommandExit {
    let parsed: JSONValue
    do { parsed = try JSONValue(json: Array(body.utf8)) } catch { throw CommandFailure(.usage, "usage", "the body is not JSON: \(error)") }
    let answer = try session.call(ServiceOperation(service, operation), parsed)
    session.show(answer, as: JSONText.text(answer))
    return .done
  }
}

extension Session {
  /// Asks for something to be done, and says so.
  func done(_ request: ControlRequest) throws -> CommandExit {
    let answer = try ask(request)
    guard case .done(let sentence) = answer else { throw unexpected(answer) }
    show(["done": sentence], as: sentence + "\n")
    return .done
  }
}

extension ServiceName: ExpressibleByArgument {
  package static var allValueStrings: [String] { allCases.map(\.rawValue) }
}

extension ServiceFault: ExpressibleByArgument {}
