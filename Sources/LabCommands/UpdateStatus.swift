import ArgumentParser
import Foundation
import Lab
import LiveWorld
import SimulatedCloud
import World

struct UpdateStatus: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "status", abstract: "Show the release that is out, and how far each connector is with it and why.",
    discussion: """
      Times are UTC. NEXT is when something is decided about a connector at the latest.

      EXAMPLE
        connector-lab update status
        connector-lab update status --watch
        connector-lab update status --json | jq '.status.rows[] | {connector, phase, version}'
      """)

  @OptionGroup var folder: LabFolder
  @Flag(help: "One JSON object, for programs: the status, names by id, and the latest decisions.") var json = false
  @Flag(help: "Show it again whenever it changes, until Ctrl-C or the lab ends; with --json a line each time.") var watch = false

  func run() async throws {
    try await reporting { try await UpdateDesk.with(folder.paths) { try await show($0) } }
  }

  private func show(_ desk: UpdateDesk) async throws {
    let clock = LiveClock()
    var shown: [String] = []
    repeat {
      let state = try await desk.status()
      let lines = json ? [try UpdateJSON.line(state)] : UpdateTable.lines(state, names: desk.names)
      // A JSON line has the time in it; what it says of updates is compared without.
      let content = json ? ["\(state.status)", "\(state.lines.last?.number ?? 0)"] : lines
      if content != shown {
        if !shown.isEmpty, !json { Console.out("") }
        for line in lines { Console.out(line) }
        shown = content
      }
      if watch { try await clock.sleep(for: .milliseconds(500)) }
    } while watch && desk.isLabRunning
  }
}

enum UpdateJSON {
  static func line(_ value: some Encodable) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(value), as: UTF8.self)
  }
}
