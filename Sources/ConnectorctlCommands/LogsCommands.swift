import ArgumentParser
import ControlAPI
import Foundation
import World

struct LogsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    "logs", "The logs of the services.", example: "connectorctl --connector c1 logs collect -o logs.tar.gz",
    subcommands: [LogsCollect.self, LogsStatus.self, LogsLevel.self])
}

struct LogsCollect: ConnectorctlLeaf {
  static let configuration = CommandConfiguration(
    "collect", "Packs the services' logs into one archive (.tar.gz).", example: "connectorctl --connector c1 logs collect -o logs.tar.gz")
  @OptionGroup var options: ControlOptions
  @Option(name: [.customShort("o"), .long], help: "Where to write it, mode 0600; - for standard output.", completion: .file()) var output: String
  @Option(name: .long, help: ArgumentHelp("Log bytes at most, before they are packed; the oldest are left out.", valueName: "bytes")) var maxBytes:
    Int?

  func perform(_ session: Session) throws -> CommandExit {
    if output == "-", session.outputIsTerminal {
      throw CommandFailure(.usage, "usage", "an archive is not for a terminal: write it with -o FILE, or to a pipe")
    }
    let archive = try session.fetch(.collectLogs, maxBytes.map { ["maxBytes": .integer(Int64($0))] } ?? [:])
    if output == "-" {
      session.printBytes(archive)
      return .done
    }
    try OutputFile.write(archive, to: output)
    session.show(["file": .text(output), "bytes": .integer(Int64(archive.count))] as JSONValue, as: "\(output): \(archive.count) bytes\n")
    return .done
  }
}

struct LogsStatus: ConnectorctlLeaf {
  static let configuration = CommandConfiguration(
    "status", "Levels, sizes, and lines dropped, by service.", example: "connectorctl --connector c1 logs status")
  @OptionGroup var options: ControlOptions

  func perform(_ session: Session) throws -> CommandExit {
    try session.showCall(.logStatus, columns: ["service", "level", "bytes", "lines", "dropped"])
  }
}

struct LogsLevel: ConnectorctlLeaf {
  static let configuration = CommandConfiguration(
    "level", "Sets the level that is logged from, until the next restart of the Logger.",
    example: "connectorctl --connector c1 logs level debug --service ad-provider")
  @OptionGroup var options: ControlOptions
  @Argument(help: "error, warning, info or debug.") var level: String
  @Option(name: .long, help: "Only this service; without it, all.") var service: ServiceName?

  func perform(_ session: Session) throws -> CommandExit {
    var body: [String: JSONValue] = ["level": .text(level)]
    if let service { body["service"] = .text(service.rawValue) }
    return try session.showCall(.logLevel, .object(body), columns: ["service", "level", "bytes", "lines", "dropped"])
  }
}

/// Writes whole files that only the user can read; a file that is there is replaced when the new one is complete.
enum OutputFile {
  static func write(_ bytes: [UInt8], to path: String) throws {
    let part = path + ".part"
    guard FileManager.default.createFile(atPath: part, contents: Data(bytes), attributes: [.posixPermissions: 0o600]) else {
      throw CommandFailure(.cannotCreate, "cannotCreate", "\(part) cannot be written: \(String(cString: strerror(errno)))")
    }
    guard rename(part, path) == 0 else {
      let why = String(cString: strerror(errno))
      unlink(part)
      throw CommandFailure(.cannotCreate, "cannotCreate", "\(path) cannot be written: \(why)")
    }
  }
}
