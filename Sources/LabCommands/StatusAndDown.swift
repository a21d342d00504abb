import ArgumentParser
import ConnectorSettings
import Foundation
import Glibc
import Lab
import LiveWorld
import World

struct Status: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Show the lab that runs: its connectors as the cloud sees them.",
    discussion: """
      EXAMPLE
        connector-lab status --json
      """)

  @OptionGroup var folder: LabFolder
  @Flag(help: "One JSON object, for programs.") var json = false

  func run() async throws {
    try await reporting {
      let lab = try runningLab(folder.paths)
      let rows = await LabLook(lab).rows()
      if json {
        Console.out(LabReport(running: true, lab: lab, rows: rows).line)
      } else {
        for line in LabBanner.lines(lab.endpoints) + [""] + LabTable.lines(rows, now: LiveClock().now().wall) { Console.out(line) }
      }
    }
  }
}

struct Down: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Stop the lab that runs, the connectors first, and wait until everything is gone.",
    discussion: """
      EXAMPLE
        connector-lab down
      """)

  @OptionGroup var folder: LabFolder
  @Option(help: ArgumentHelp("How long to wait, such as 60s.", valueName: "time")) var timeout = TimeSpan(.seconds(60))

  func run() async throws {
    try await reporting {
      let paths = folder.paths
      let lab = try runningLab(paths)
      let clock = LiveClock()
      kill(lab.pid, SIGTERM)
      let deadline = clock.now().moment + timeout.duration
      while RunningLabFile.isHeld(paths) {
        guard clock.now().moment < deadline else { throw LabError(.failed, "the lab (pid \(lab.pid)) did not stop within \(timeout)") }
        try await clock.sleep(for: .milliseconds(50))
      }
      Console.out("the lab on \(paths.root) is stopped; its state is kept")
    }
  }
}

private func runningLab(_ paths: LabPaths) throws -> RunningLab {
  guard RunningLabFile.isHeld(paths), let lab = RunningLabFile.read(paths) else {
    throw LabError(.unavailable, "no lab runs on \(paths.root); start one with connector-lab up, or name its folder with --state DIR")
  }
  return lab
}
