import ArgumentParser
import Daemon
import Foundation

struct Run: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Run the connector until it is told to stop (SIGTERM, SIGINT); SIGHUP reads the configuration again.",
    discussion: """
      Under systemd it says when it is ready, what it does, and feeds the watchdog while every service is live; elsewhere none of that happens.

      EXIT CODES
      \(ExitReason.table)

      EXAMPLE
        connectord run --config /etc/connectord/connectord.yaml
      """)

  @Option(help: ArgumentHelp("The configuration file.", valueName: "file")) var config = "/etc/connectord/connectord.yaml"
  @Option(help: "The short name in events (default: the connector's fully qualified name).") var name: String?
  @Flag(help: "Stop in order when standard input closes: for programs that start a connector and must not leave one behind.")
  var stopWithParent = false

  func run() async throws {
    let release = OwnRelease.current
    if let problem = release.problem { try? FileHandle.standardError.write(contentsOf: Data("connectord: \(problem)\n".utf8)) }
    let reason = await DaemonRun(
      configurationPath: Self.absolute(config), name: name, stopWithParent: stopWithParent, version: release.version
    ).run()
    if reason != .stopped { throw ExitCode(reason.rawValue) }
  }

  static func absolute(_ path: String) -> String {
    URL(filePath: path, relativeTo: URL(filePath: FileManager.default.currentDirectoryPath, directoryHint: .isDirectory)).standardizedFileURL.path
  }
}

struct CheckConfig: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check-config",
    abstract: "Check a configuration file: every problem with its line, column and field.",
    discussion: """
      Exits with 0 when the file is good, 1 when it has problems, 66 when it cannot be read.

      EXAMPLE
        connectord check-config config/connectord.yaml
      """)

  @Argument(help: "The configuration file.") var file: String
  @Flag(help: "Problems as one JSON array, for programs.") var json = false

  func run() throws {
    let checked = ConfigurationCheck(path: file)
    for line in checked.lines(json: json) { print(line) }
    if checked.exit != .stopped { throw ExitCode(checked.exit.rawValue) }
  }
}
