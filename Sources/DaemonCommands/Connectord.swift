package import ArgumentParser
import Daemon
import World

package struct Connectord: AsyncParsableCommand {
  package static let configuration = CommandConfiguration(
    commandName: "connectord",
    abstract: "A cloud connector's agent: it connects out to its cloud and hosts the connector's services.",
    discussion: """
      EXIT CODES
      \(ExitReason.table)

      EXAMPLE
        connectord check-config /etc/connectord/connectord.yaml
        connectord run --config /etc/connectord/connectord.yaml
      """,
    version: OwnRelease.current.version.connector,
    subcommands: [Run.self, CheckConfig.self])

  package init() {}
}
