import ArgumentParser
package import ControlAPI
import Foundation

struct ConfigCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    "config", "The configuration in use.", example: "connectorctl --connector c1 config diff new.yaml",
    subcommands: [ConfigShow.self, ConfigDiffCommand.self])
}

struct ConfigShow: ConnectorctlLeaf {
  static let configuration = CommandConfiguration(
    "show", "The configuration in use, defaults included.", example: "connectorctl --connector c1 config show --sources")
  @OptionGroup var options: ControlOptions
  @Flag(help: "Where each value came from: built in, the release, the file, the command line.") var sources = false

  func perform(_ session: Session) throws -> CommandExit {
    let answer = try session.ask(.configShow)
    guard case .config(let value, let known) = answer else { throw session.unexpected(answer) }
    var table = TextTable()
    for (path, leaf) in value.leaves() { table.add([path, JSONText.cell(leaf)] + (sources ? [known[path] ?? "unknown"] : [])) }
    if sources { session.show(known, as: table.text) } else { session.show(value, as: table.text) }
    return .done
  }
}

struct ConfigDiffCommand: ConnectorctlLeaf {
  static let configuration = CommandConfiguration(
    "diff", "How a file differs from the configuration in use; changes nothing.",
    more: "Exit code 0: no difference; 1: differences; 65: the file would not be taken. Unset keys of the file count with their defaults.",
    example: "connectorctl --connector c1 config diff /etc/connectord/connectord.yaml")
  @OptionGroup var options: ControlOptions
  @Argument(help: "The candidate file; - for standard input.", completion: .file()) var file: String

  func perform(_ session: Session) throws -> CommandExit {
    let answer = try session.ask(.configDiff(candidate: try content(session)))
    guard case .configDiff(let diff) = answer else { throw session.unexpected(answer) }
    session.show(diff, as: ConfigText.text(diff))
    if !diff.problems.isEmpty { return .badData }
    return diff.changes.isEmpty ? .done : .notSo
  }

  private func content(_ session: Session) throws -> String {
    let bytes: [UInt8]
    if file == "-" {
      bytes = session.input()
    } else {
      do {
        bytes = Array(try Data(contentsOf: URL(filePath: file)))
      } catch {
        throw CommandFailure(.noInput, "noInput", "\(file) cannot be read: \(error.localizedDescription)")
      }
    }
    guard let text = String(validating: bytes, as: UTF8.self) else { throw CommandFailure(.badData, "badRequest", "\(file) is not UTF-8 text") }
    return text
  }
}

package enum ConfigText {
  package static func text(_ diff: ConfigDiff) -> String {
    if !diff.problems.isEmpty { return diff.problems.map { "problem: \($0)\n" }.joined() }
    if diff.changes.isEmpty { return "no difference\n" }
    return diff.changes.map { change in
      let old = change.current.map { "- \(change.path): \(JSONText.cell($0))\n" } ?? ""
      let new = change.candidate.map { "+ \(change.path): \(JSONText.cell($0))\n" } ?? ""
      return old + new
    }.joined()
  }
}
