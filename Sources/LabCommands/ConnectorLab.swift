package import ArgumentParser
import Lab
import LiveWorld
import World

package struct ConnectorLab: AsyncParsableCommand {
  package static let configuration = CommandConfiguration(
    commandName: "connector-lab",
    abstract: "A resource location with its simulated cloud, on this machine: offline, without an account, without root.",
    discussion: """
      EXIT CODES
      \(LabError.Exit.table)

      EXAMPLE
        connector-lab up --connectors 3
        connector-lab up --detach --wait ready --timeout 60s && connector-lab status && connector-lab down
      """,
    version: ConnectorVersion.connector,
    subcommands: [
      Up.self, Status.self, Down.self, Cloud.self, ReleaseCommand.self, UpdateCommand.self, FaultCommand.self, VDACommand.self,
      StoreFrontCommand.self, DrillCommand.self, Sim.self, ScenarioCommand.self, Verify.self, ConfigCommand.self, DocsCommand.self,
    ])

  package init() {}
}

/// Options that several commands share.
struct LabFolder: ParsableArguments {
  @Option(
    help: ArgumentHelp("The lab's state folder (default: CONNECTOR_LAB_STATE, else connectord-lab in the user's state folder).", valueName: "dir"))
  var state: String?

  var paths: LabPaths {
    state.map { LabPaths(root: DiskPath.absolute($0)) } ?? .standard(environment: Environment.values)
  }
}
