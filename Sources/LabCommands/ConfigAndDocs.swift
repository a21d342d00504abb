import ArgumentParser
import BrokerConfiguration
import ConfigurationYAML
import Foundation
import Lab
import LiveWorld
import World

struct ConfigCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "config", abstract: "Make broker configurations.", subcommands: [Generate.self])

  struct Generate: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Print a broker configuration with as many machines as you like.",
      discussion: """
        The same number and seed give the same file.

        EXAMPLE
          connector-lab config generate --machines 5000 > broker.yaml
        """)

    @Option(help: "How many machines.") var machines: Int
    @Option(help: "The seed that names and numbers are drawn from.") var seed: UInt64 = 1

    func validate() throws {
      if !(1...200_000).contains(machines) { throw ValidationError("--machines is \(machines); expected 1 to 200000") }
    }

    func run() throws { Console.raw(try BrokerConfigurationYAML.text(.generate(machines: machines, seed: seed))) }
  }
}

struct DocsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(commandName: "docs", abstract: "The generated pages of docs/.", subcommands: [Write.self])

  struct Write: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Write the generated pages into a folder.",
      discussion: """
        EXAMPLE
          connector-lab docs write docs
        """)

    @Argument(help: "The folder.") var folder: String

    func run() throws {
      let folder = DiskPath.absolute(folder)
      let files = DiskFiles()
      try files.makeDirectory(folder, mode: 0o755)
      for page in GeneratedPages.all {
        try files.replace("\(folder)/\(page.name)", with: Array(page.text.utf8), mode: 0o644, step: "docs.page")
        Console.out("\(folder)/\(page.name)")
      }
    }
  }
}
