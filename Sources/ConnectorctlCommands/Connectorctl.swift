package import ArgumentParser
import TUFCommands
import World

package struct ConnectorctlCommand: AsyncParsableCommand {
  package static let configuration = CommandConfiguration(
    commandName: "connectorctl",
    abstract: "Asks a running connector, and tells it what to do.",
    discussion: """
      The connector is found by --connector NAME (of the lab), --socket PATH or --state DIR; without any of them it is the one of this machine:
      \(SocketFinder.systemSockets.joined(separator: ", then ")). Only the connector's user and root may ask.

      EXIT CODES
      \(CommandExit.table)

      EXAMPLES
        connectorctl --connector c1 health; echo $?
        connectorctl --connector c1 services --json
        connectorctl events -f --since 5m
        connectorctl --generate-completion-script bash > /etc/bash_completion.d/connectorctl
      """,
    version: ConnectorVersion.connector,
    subcommands: [
      StatusCommand.self, HealthCommand.self, ServicesCommand.self, RestartCommand.self, EventsCommand.self, RegistryCommand.self, ConfigCommand.self,
      DirectoryCommand.self, CredentialCommand.self, LogsCommand.self, HighAvailabilityCommand.self, BrokerCommand.self, SyncCommand.self,
      WatchDogCommand.self,
      UpdateCommand.self,
      FaultCommand.self, FaultsCommand.self, CallCommand.self, TUFCommand.self, VersionCommand.self,
    ])

  /// Here too, so that they may stand before the command's name.
  @OptionGroup var options: ControlOptions

  package init() {}
}

extension CommandConfiguration {
  /// A command's help: what it does, more about it, and an example of it.
  init(_ name: String, _ abstract: String, more: String = "", example: String, subcommands: [any ParsableCommand.Type] = []) {
    self.init(
      commandName: name, abstract: abstract, discussion: (more.isEmpty ? "" : more + "\n\n") + "EXAMPLE\n  \(example)", subcommands: subcommands)
  }
}
