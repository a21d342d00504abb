import ArgumentParser
import ControlAPI
import EventCatalog

struct UpdateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    "update", "Updates of the connector itself: which release runs, which is tried, which would come back.",
    more: "Without a release folder (state.releases) the connector is not updated in place, and these commands say so.",
    example: "connectorctl --connector c1 update status",
    subcommands: [UpdateStatus.self, UpdateHistory.self, UpdateClear.self, UpdateRollback.self, UpdatePin.self, UpdateUnpin.self])
}

struct UpdateStatus: ConnectorctlLeaf {
  static let configuration = CommandConfiguration(
    "status", "Which release is active, on trial, and the one to go back to.",
    more:
      "Also what the cloud ordered last and under which lease, whether an administrator pinned the connector, and what keeps it from being updated.",
    example: "connectorctl --connector c1 update status --json")
  @OptionGroup var options: ControlOptions

  func perform(_ session: Session) throws -> CommandExit {
    try session.showCall(
      .updateStatus,
      columns: ["phase", "active", "lastGood", "trial", "rollback", "installed", "escalation", "order", "lease", "pin", "barred", "metadata"])
  }
}

struct UpdateHistory: ConnectorctlLeaf {
  static let configuration = CommandConfiguration(
    "history", "Releases that were committed here, versions that failed, and what the cloud ordered last.",
    more: "With --json: an object with the lists 'committed' and 'failed', and 'order' and 'lease' once there was one.",
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
    if let order = answer["order"], let stage = order["stage"]?.text {
      rows.append(["now", stage, order["version"]?.text ?? "", OneLine.escape(order["reason"]?.text ?? "")])
    }
    var table = TextTable(["AT", "WHAT", "RELEASE", "WHY"])
    for row in rows.sorted(by: { $0[0] < $1[0] }) { table.add(row) }
    var shown: [String: JSONValue] = ["committed": committed, "failed": failed]
    for name in ["order", "lease"] { shown[name] = answer[name] }
    session.show(JSONValue.object(shown), as: table.text)
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
    more: "The connector restarts to go the way, with the state from before; the version left is not tried again until it is cleared.",
    example: "connectorctl --connector c1 update rollback --reason 'sessions are slow'")
  @OptionGroup var options: ControlOptions
  @Option(name: .long, help: "Why; it stands in the events and in the history.") var reason = "asked for with connectorctl"

  func perform(_ session: Session) throws -> CommandExit {
    try session.showCall(.updateRollback, ["reason": .text(reason)], columns: ["phase", "rollback", "active", "lastGood"])
  }
}

struct UpdatePin: ConnectorctlLeaf {
  static let configuration = CommandConfiguration(
    "pin", "Keeps the connector at the release that runs: it takes no updates from the cloud.",
    more: "The cloud shows it and goes on with the others. A trial that is under way goes on to its own end.",
    example: "connectorctl --connector c1 update pin --reason 'month-end closing'")
  @OptionGroup var options: ControlOptions
  @Option(name: .long, help: "Why; the cloud and update status show it.") var reason = ""

  func perform(_ session: Session) throws -> CommandExit {
    let answer = try session.call(.updatePin, ["reason": .text(reason)])
    session.show(answer, as: "the connector takes no updates until connectorctl update unpin\n")
    return .done
  }
}

struct UpdateUnpin: ConnectorctlLeaf {
  static let configuration = CommandConfiguration(
    "unpin", "Lets the connector take updates again.", example: "connectorctl --connector c1 update unpin")
  @OptionGroup var options: ControlOptions

  func perform(_ session: Session) throws -> CommandExit {
    session.show(try session.call(.updateUnpin), as: "the connector takes updates again\n")
    return .done
  }
}
