import ArgumentParser
import ControlAPI
import EventCatalog

struct UpdateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    "update", "Updates of the connector itself: which release runs, which is tried, which would come back.",
    more: "Without a release folder (state.releases) the connector is not updated in place, and these commands say so.",
    example: "connectorctl --connector c1 update status",
    subcommands: [UpdateStatus.self, UpdateHistory.self, UpdateClear.self, UpdateRollback.self])
}

struct UpdateStatus: ConnectorctlLeaf {
  static let configuration = CommandConfiguration(
    "status", "Which release is active, on trial, and the one to go back to.", example: "connectorctl --connector c1 update status --json")
  @OptionGroup var options: ControlOptions

  func perform(_ session: Session) throws -> CommandExit {
    try session.showCall(.updateStatus, columns: ["phase", "active", "lastGood", "trial", "rollback", "installed", "escalation"])
  }
}

struct UpdateHistory: ConnectorctlLeaf {
  static let configuration = CommandConfiguration(
    "history", "Releases that were committed here, and versions that failed.",
    more: "With --json: an object with the lists 'committed' and 'failed'.",
    example: "connectorctl --connector c1 update history")
  @OptionGroup var options: ControlOptions

  func perform(_ session: Session) throws -> CommandExit {
    let answer = try session.call(.updateStatus)
    let (committed, failed) = (answer["committed"] ?? .array([]), answer["failed"] ?? .array([]))
    var rows: [[String]] = []
    for entry in committed.elements ?? [] { rows.append([entry["at"]?.text ?? "", "committed", entry["release"]?.text ?? "", ""]) }
    for entry in failed.elements ?? [] {
      let what = entry["refused"] == .bool(true) ? "failed" : "not installed"
      rows.append([entry["at"]?.text ?? "", what, entry["version"]?.text ?? "", OneLine.escape(entry["reason"]?.text ?? "")])
    }
    var table = TextTable(["AT", "WHAT", "RELEASE", "WHY"])
    for row in rows.sorted(by: { $0[0] < $1[0] }) { table.add(row) }
    session.show(["committed": committed, "failed": failed] as JSONValue, as: table.text)
    return .done
  }
}

struct UpdateClear: ConnectorctlLeaf {
  static let configuration = CommandConfiguration(
    "clear", "Lets a version be tried again that failed here.", example: "connectorctl --connector c1 update clear 4.370.0.1227")
  @OptionGroup var options: ControlOptions
  @Argument(help: "The version: four numbers.") var version: String

  func perform(_ session: Session) throws -> CommandExit {
    let answer = try session.call(.updateClear, ["version": .text(version)])
    session.show(answer, as: "\(OneLine.escape(version)) may be tried again\n")
    return .done
  }
}

struct UpdateRollback: ConnectorctlLeaf {
  static let configuration = CommandConfiguration(
    "rollback", "Goes back: from the trial, or from the active release to the one before it.",
    more: "The next start of the connector goes the way; the version left is not tried again until it is cleared.",
    example: "connectorctl --connector c1 update rollback --reason 'sessions are slow'")
  @OptionGroup var options: ControlOptions
  @Option(name: .long, help: "Why; it stands in the events and in the history.") var reason = "asked for with connectorctl"

  func perform(_ session: Session) throws -> CommandExit {
    try session.showCall(.updateRollback, ["reason": .text(reason)], columns: ["phase", "rollback", "active", "lastGood"])
  }
}
