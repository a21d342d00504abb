import ArgumentParser
import Daemon
import Foundation
import LiveWorld

struct Run: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Run the connector until it is told to stop (SIGTERM, SIGINT); SIGHUP reads the configuration again.",
    discussion: """
      A setting comes from the last of these that names it: what is built in, the default configuration of the release that runs, the file, --set.
      Under systemd it says when it is ready, what it does, and feeds the watchdog while every service is live; elsewhere none of that happens.

      EXIT CODES
      \(ExitReason.table)

      EXAMPLE
        connectord run --config /etc/connectord/connectord.yaml --set logger.level=debug
      """)

  @Option(help: ArgumentHelp("The configuration file.", valueName: "file")) var config = "/etc/connectord/connectord.yaml"
  @Option(
    name: .customLong("set"),
    help: ArgumentHelp("A setting, stronger than the file's; may be given several times, such as logger.level=debug.", valueName: "field=value"))
  var set: [String] = []
  @Option(help: "The short name in events (default: the connector's fully qualified name).") var name: String?
  @Flag(help: "Stop in order when standard input closes: for programs that start a connector and must not leave one behind.")
  var stopWithParent = false

  func run() async throws {
    let release = OwnRelease.current
    if let problem = release.problem { try? FileHandle.standardError.write(contentsOf: Data("connectord: \(problem)\n".utf8)) }
    let reason = await DaemonRun(
      ConfigurationSource(DiskPath.absolute(config), set: DaemonRun.told + set), name: name, stopWithParent: stopWithParent, version: release.version
    ).run()
    if reason != .stopped { throw ExitCode(reason.rawValue) }
  }
}

struct CheckConfig: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check-config",
    abstract: "Check a configuration file: every problem with its line, column and field.",
    discussion: """
      With the file, the default configuration of the release on this machine is checked, if there is one; --defaults FILE checks another one in its
      place. --values says of each setting what it is and where that came from: built in, the release, the file or --set.
      Exits with 0 when the file is good, 1 when it has problems, 66 when it cannot be read.

      EXAMPLE
        connectord check-config config/connectord.yaml
        connectord check-config --values --set logger.level=debug config/connectord.yaml
      """)

  @Argument(help: "The configuration file.") var file: String
  @Flag(help: "Problems as one JSON array, for programs; with --values and no problem, the values as one.") var json = false
  @Flag(help: "Each setting, its value, and where it came from.") var values = false
  @Option(help: ArgumentHelp("The release's default configuration, instead of the one on this machine.", valueName: "file")) var defaults: String?
  @Option(
    name: .customLong("set"), help: ArgumentHelp("A setting as run takes it; may be given several times.", valueName: "field=value"))
  var set: [String] = []

  func run() throws {
    let checked = ConfigurationCheck(
      ConfigurationSource(DiskPath.absolute(file), set: set, defaults: defaults.map { DiskPath.absolute($0) }), shownAs: file)
    for line in checked.lines(json: json, values: values) { print(line) }
    if checked.exit != .stopped { throw ExitCode(checked.exit.rawValue) }
  }
}
