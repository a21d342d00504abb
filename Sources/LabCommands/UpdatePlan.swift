import ArgumentParser
import ConnectorSettings
import Foundation
import Lab
import LiveWorld
import Rollouts
import World

struct UpdateCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "update", abstract: "Updates of the connectors: see and steer them.",
    discussion: """
      EXAMPLE
        connector-lab release publish --ring all && connector-lab update now
        connector-lab update status
      """,
    subcommands: [
      UpdateStatus.self, UpdateNow.self, UpdatePause.self, UpdateResume.self, UpdateAbort.self, UpdateClear.self, UpdateDelay.self, UpdateWiden.self,
      Plan.self,
    ])

  struct Plan: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Show what an update would do: who, when, to which version, in which ring, by which rule. Changes nothing.",
      discussion: """
        The coordinator of the rollout runs ahead over an assumed fleet: the lab's own resource location and connectors, or as many as you name, all \
        healthy. Needs no running lab. The same options and --available give the same plan. Exit codes: 0; 64 for a wrong option; 66 and 78 for the \
        lab's configuration.

        EXAMPLE
          connector-lab update plan --simulate 30d --schedule 'Tue 18:00' --zone Europe/Berlin
          connector-lab update plan --connectors 4 --locations 50 --schedule 18:00 --rings 1,10,50,100 --json
        """)

    @OptionGroup var options: PlanOptions
    @Option(help: ArgumentHelp("The lab's configuration (default: config/lab.yaml).", valueName: "file")) var config: String?
    @Flag(help: "One JSON object, for programs.") var json = false

    func validate() throws { try options.validate() }

    func run() async throws {
      try await reporting {
        let lab = try LabConfigurationFile.load(LabFinder.configuration(named: config))
        let scenario = try options.scenario(lab, now: LiveClock().now().wall)
        for line in try PlanOutput.lines(scenario, json: json) { Console.out(line) }
      }
    }
  }
}

/// A dry run as it is printed.
enum PlanOutput {
  static func lines(_ scenario: PlanScenario, json: Bool) throws -> [String] {
    let planned = scenario.planned()
    guard !json else {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
      return [String(decoding: try encoder.encode(planned), as: UTF8.self)]
    }
    let table = planned.updates.isEmpty ? [] : Columns.aligned(scenario.rows(planned)) + [""]
    return scenario.head + [""] + table + scenario.foot(planned)
  }
}
