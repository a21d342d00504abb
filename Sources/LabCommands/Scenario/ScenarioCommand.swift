import ArgumentParser
import Fleet
import Foundation
import Lab
import LiveWorld
import Scenarios
import ScenariosYAML

struct ScenarioCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "scenario", abstract: "Scenarios in files: published incidents and your own, run in virtual time and held against what is expected.",
    discussion: """
      A scenario names resource locations, releases, what operators do, what goes wrong and when, and what is expected of the trace. Those of the pack
      are incidents that were published; each names its source. \(ScenarioFiles.schemaPath) describes the format.

      EXAMPLE
        connector-lab scenario list
        connector-lab scenario explain ctx224073-failed-update-blocks-location
        connector-lab scenario run ctx224073-failed-update-blocks-location
        connector-lab scenario record
      """,
    subcommands: [List.self, Run.self, Explain.self, Record.self, Schema.self])

  struct List: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "List the scenarios of the pack, or of a folder.",
      discussion: """
        EXIT CODES
          0  done
          65 a file is no scenario
          66 there is no such folder

        EXAMPLE
          connector-lab scenario list
          connector-lab scenario list my-scenarios
        """)

    @Argument(help: "A folder with scenario files (default: the pack of incidents).") var folder: String?

    func run() throws {
      try reportingSync {
        let files = try ScenarioFiles.all(in: folder).map { try ScenarioFiles.load($0) }
        for line in Columns.aligned([["NAME", "RUNS", "TITLE"]] + files.map { [$0.name, "\($0.runs.count)", $0.title] }) { Console.out(line) }
      }
    }
  }

  struct Explain: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Tell in plain words what happened there, what is done in the run, and what is expected.",
      discussion: """
        EXIT CODES
          0  done
          65 the file is no scenario
          66 there is no such file or name

        EXAMPLE
          connector-lab scenario explain crowdstrike-2024-content-to-all-at-once
          connector-lab scenario explain my-scenarios/one.yaml
        """)

    @Argument(help: "A file, or the name of a scenario of the pack.") var scenario: String

    func run() throws {
      try reportingSync { for line in ScenarioExplanation.lines(try ScenarioFiles.load(try ScenarioFiles.find(scenario))) { Console.out(line) } }
    }
  }
}

extension ScenarioCommand {
  struct Schema: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Print the JSON Schema of scenario files, for editors.",
      discussion: """
        EXAMPLE
          connector-lab scenario schema > config/scenarios/scenario.schema.json
        """)

    func run() { Console.raw(ScenarioSchema.text) }
  }
}

/// Where scenario files are.
enum ScenarioFiles {
  static let pack = "config/scenarios/incidents"
  static let schemaPath = "config/scenarios/scenario.schema.json"

  /// The files of a folder, by name.
  static func all(in folder: String?) throws -> [String] {
    let folder = try folder.map { DiskPath.absolute($0) } ?? packFolder()
    guard let names = try? FileManager.default.contentsOfDirectory(atPath: folder) else {
      throw LabError(.noInput, "there is no folder \(folder); name one that has scenario files")
    }
    return names.filter { $0.hasSuffix(".yaml") }.sorted().map { "\(folder)/\($0)" }
  }

  /// A file by its path, or a scenario of the pack by its name.
  static func find(_ named: String) throws -> String {
    let path = DiskPath.absolute(named)
    var isFolder: ObjCBool = false
    if FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), !isFolder.boolValue { return path }
    if !named.contains("/"), let folder = try? packFolder(), FileManager.default.fileExists(atPath: "\(folder)/\(named).yaml") {
      return "\(folder)/\(named).yaml"
    }
    throw LabError(
      .noInput, "there is no file \(path) and no scenario '\(named)' in the pack; 'connector-lab scenario list' names those that there are")
  }

  static func load(_ path: String) throws -> Scenarios.ScenarioFile {
    guard let data = FileManager.default.contents(atPath: path) else {
      throw LabError(.noInput, "\(path) cannot be read; name a file that may be read")
    }
    guard let text = String(validating: data, as: UTF8.self) else { throw LabError(.data, "\(path) is no text in UTF-8") }
    do {
      return try ScenariosYAML.read(text, file: path)
    } catch {
      throw LabError(.data, "\(path) is no scenario:\n\(error)")
    }
  }

  /// Below the current folder, else beside the programs.
  private static func packFolder() throws -> String {
    let tried = [DiskPath.absolute(pack), "\(LabFinder.programFolder)/\(pack)"]
    for path in tried where FileManager.default.fileExists(atPath: path) { return path }
    throw LabError(.noInput, "the pack of incidents was not found; looked for \(tried.joined(separator: " and ")). Name a folder or a file")
  }
}

/// As `reporting`, for commands that wait for nothing.
func reportingSync(_ body: () throws -> Void) throws {
  do {
    try body()
  } catch let error as LabError {
    Console.error("connector-lab: \(error)")
    throw ExitCode(error.exit.rawValue)
  }
}
