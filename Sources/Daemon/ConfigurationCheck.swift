import ConfigurationYAML
import Foundation
import LiveWorld
import World

/// Reads a configuration file and says everything that is wrong with it.
package struct ConfigurationCheck: Sendable {
  package let exit: ExitReason
  private let path: String
  private let problems: [ConfigurationProblem]
  private let unread: String?

  package init(path: String) {
    self.path = path
    do {
      _ = try ConfigurationFile.load(path: path, bytes: try DiskFiles().read(Self.absolute(path)))
      (problems, unread, exit) = ([], nil, .stopped)
    } catch let error as ConfigurationProblems {
      (problems, unread, exit) = (error.problems, nil, .checkFailed)
    } catch {
      (problems, unread, exit) = ([], "\(error)", .noInput)
    }
  }

  package func lines(json: Bool) -> [String] {
    if json { return [jsonLine] }
    if let unread { return ["cannot read the configuration: \(unread)"] }
    if problems.isEmpty { return ["\(path): good"] }
    return problems.map { "\($0)" } + ["\(path): \(problems.count) problem\(problems.count == 1 ? "" : "s")"]
  }

  private struct Line: Encodable {
    var file: String
    var line: Int
    var column: Int
    var field: String
    var problem: String
  }

  private var jsonLine: String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    var rows = problems.map { Line(file: $0.file, line: $0.line, column: $0.column, field: $0.field, problem: $0.text) }
    if let unread { rows = [Line(file: path, line: 0, column: 0, field: "", problem: unread)] }
    guard let data = try? encoder.encode(rows) else { return "[]" }
    return String(decoding: data, as: UTF8.self)
  }

  private static func absolute(_ path: String) -> String {
    path.hasPrefix("/") ? path : FileManager.default.currentDirectoryPath + "/" + path
  }
}
