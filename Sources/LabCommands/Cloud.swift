import ArgumentParser
import EventHub
import Foundation
import Glibc
import Lab
import LiveWorld
import World

struct Cloud: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Run the simulated cloud alone, until SIGTERM or Ctrl-C.",
    discussion: """
      It prints its endpoints as one JSON object once both ports are open, and its events on standard error.

      EXAMPLE
        connector-lab cloud --config config/lab.yaml --state /tmp/lab
      """)

  @OptionGroup var folder: LabFolder
  @Option(help: ArgumentHelp("The lab's configuration (default: config/lab.yaml).", valueName: "file")) var config: String?
  @Option(help: "For how many connectors (default: from the configuration); with many, heartbeats are rarer.") var connectors: Int?
  @Option(help: "How many machines the broker configuration has at least (default: from the configuration).") var machines: Int?
  @Flag(help: "Stop in order when standard input closes.") var stopWithParent = false

  func run() async throws {
    try await reporting {
      let file = try LabFinder.configuration(named: config)
      let read = try LabConfigurationFile.load(file)
      let plan = LabPlan(
        configuration: read.with(connectors: connectors ?? read.connectors.count).with(machines: machines), configurationFile: file,
        paths: folder.paths)
      signal(SIGPIPE, SIG_IGN)
      OpenFiles.raise()
      let signals = Signals([SIGINT, SIGTERM])
      let steps = StepSweep.hook("CONNECTOR_LAB")
      let files = DiskFiles(onStep: steps)
      // Its own disk: what is ordered to fail there is not what tells about it.
      let events = FileOutput(files: DiskFiles(), path: plan.cloudEvents)
      let cloud = LabCloud(
        plan: plan, clock: LiveClock(), random: SystemRandom(), files: files, outputs: [events, StandardErrorOutput()], onStep: steps)
      try? files.remove(plan.startProblemFile)
      let running = Task {
        try await cloud.run { endpoints in
          let encoder = JSONEncoder()
          encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
          if let data = try? encoder.encode(endpoints) { Console.out(String(decoding: data, as: UTF8.self)) }
        }
      }
      let stopper = Task {
        for await _ in signals.stream { running.cancel() }
      }
      if stopWithParent { ParentWatch.onParentGone { running.cancel() } }
      defer { stopper.cancel() }
      do { try await running.value } catch is CancellationError { return } catch {
        // The lab that started this process reads why it could not start.
        try? files.replace(plan.startProblemFile, with: Array("\(error)".utf8), mode: 0o600, step: "lab.start-problem")
        throw error
      }
    }
  }
}
