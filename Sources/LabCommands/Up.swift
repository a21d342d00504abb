import ArgumentParser
import ConnectorSettings
import Foundation
import Glibc
import Lab
import LiveWorld
import World

struct Up: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Bring up the cloud and the connectors, show them, and stop everything in reverse order at Ctrl-C.",
    discussion: """
      Without a terminal it prints plain lines; with --json one JSON object a line: first the endpoints, then each change of a connector's state.

      EXAMPLE
        connector-lab up --connectors 3
        connector-lab up --detach --wait ready --timeout 60s
      """)

  enum Goal: String, ExpressibleByArgument, CaseIterable { case started, ready }

  @OptionGroup var folder: LabFolder
  @Option(help: ArgumentHelp("The lab's configuration (default: config/lab.yaml).", valueName: "file")) var config: String?
  @Option(help: "How many connectors (default: from the configuration).") var connectors: Int?
  @Option(help: "How many machines the broker configuration has at least, for connector-lab vda (default: from the configuration).") var machines:
    Int?
  @Option(help: ArgumentHelp("The timers of outages: cloud-20s, cloud-60s or onprem-90s (default: from the configuration).", valueName: "name"))
  var profile: ConnectorConfiguration.HighAvailability.Profile?
  @Option(
    help: ArgumentHelp(
      "Port of the first connector's XML service, the next ones follow (default: from the configuration, 8080). Ports that are taken are passed by; 0: any free ones.",
      valueName: "port")) var xmlPort: Int?
  @Flag(help: "One JSON object a line, for programs.") var json = false
  @Flag(help: "Use a fresh state folder and remove it at the end.") var ephemeral = false
  @Flag(help: "Run the cloud and all connectors as actors in this process, for scale.") var inProcess = false
  @Flag(help: "Start in the background and return; see status and down.") var detach = false
  @Option(help: "With --detach: return once started, or once all connectors are healthy (ready).") var wait = Goal.ready
  @Option(help: ArgumentHelp("With --detach: how long to wait, such as 60s.", valueName: "time")) var timeout = TimeSpan(.seconds(60))

  func validate() throws {
    if let connectors, !(1...1000).contains(connectors) { throw ValidationError("--connectors is \(connectors); expected 1 to 1000") }
    if let machines, !(0...100_000).contains(machines) { throw ValidationError("--machines is \(machines); expected 0 to 100000") }
    if let xmlPort, !(0...65535).contains(xmlPort) { throw ValidationError("--xml-port is \(xmlPort); expected 0 to 65535") }
    if ephemeral && (detach || folder.state != nil) { throw ValidationError("--ephemeral goes neither with --detach nor with --state") }
  }

  func run() async throws {
    try await reporting {
      let file = try LabFinder.configuration(named: config)
      let read = try LabConfigurationFile.load(file)
      var configuration = read.with(connectors: connectors ?? read.connectors.count).with(machines: machines)
      if let profile { configuration.connectors.outageProfile = profile }
      if let xmlPort { configuration.connectors.xmlPort = xmlPort }
      let paths = ephemeral ? LabPaths(root: try Self.temporaryFolder()) : folder.paths
      let plan = LabPlan(configuration: configuration, configurationFile: file, paths: paths)
      if detach {
        try await DetachedLab(plan: plan, arguments: childArguments(file, paths)).start(
          waitForReady: wait == .ready, within: timeout.duration, json: json)
        return
      }
      defer { if ephemeral { try? FileManager.default.removeItem(atPath: paths.root) } }
      try await LabSession(plan: plan, inProcess: inProcess, json: json).run()
    }
  }

  /// What the background process is started with: the same lab, without `--detach`.
  private func childArguments(_ file: String, _ paths: LabPaths) -> [String] {
    var arguments = ["up", "--config", file, "--state", paths.root]
    if let connectors { arguments += ["--connectors", String(connectors)] }
    if let machines { arguments += ["--machines", String(machines)] }
    if let profile { arguments += ["--profile", profile.rawValue] }
    if let xmlPort { arguments += ["--xml-port", String(xmlPort)] }
    if inProcess { arguments.append("--in-process") }
    return arguments
  }

  private static func temporaryFolder() throws -> String {
    var template = Array("\(FileManager.default.temporaryDirectory.path)/connectord-lab.\(String(repeating: "X", count: 6))".utf8CString)
    guard mkdtemp(&template) != nil else { throw LabError(.cannotCreate, "cannot make a temporary folder: \(String(cString: strerror(errno)))") }
    return String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}

extension ConnectorConfiguration.HighAvailability.Profile: ExpressibleByArgument {}
