import ConfigurationYAML
import Foundation
import LiveWorld
import World

/// Reads the layers of a configuration and says everything that is wrong with them, or what they come to.
package struct ConfigurationCheck: Sendable {
  package let exit: ExitReason
  private let path: String
  private let loaded: LayeredConfiguration?
  private let problems: [ConfigurationProblem]
  private let unread: String?

  /// - Parameter shownAs: what problems call the administrator's file.
  package init(_ source: ConfigurationSource, shownAs: String) {
    path = shownAs
    do {
      loaded = try source.load(DiskFiles(), shownAs: shownAs)
      (problems, unread, exit) = ([], nil, .stopped)
    } catch let error as ConfigurationProblems {
      (loaded, problems, unread, exit) = (nil, error.problems, nil, .checkFailed)
    } catch {
      (loaded, problems, unread, exit) = (nil, [], "\(error)", .noInput)
    }
  }

  /// - Parameter values: every setting with its source, when there is no problem.
  package func lines(json: Bool, values: Bool = false) -> [String] {
    if json { return [values && loaded != nil ? Self.json(rows) : problemsLine] }
    if let unread { return ["cannot read the configuration: \(unread)"] }
    if problems.isEmpty, values {
      let width = { (key: (Value) -> String) in rows.map { key($0).count }.max() ?? 0 }
      let (fields, texts) = (width(\.field), width(\.value))
      return rows.map { row in
        row.field.padding(toLength: fields + 2, withPad: " ", startingAt: 0) + row.value.padding(toLength: texts + 2, withPad: " ", startingAt: 0)
          + row.source
      }
    }
    if problems.isEmpty { return ["\(path): good"] }
    return problems.map { "\($0)" } + ["\(path): \(problems.count) problem\(problems.count == 1 ? "" : "s")"]
  }

  private struct Problem: Encodable {
    var file: String
    var line: Int
    var column: Int
    var field: String
    var problem: String
  }

  private struct Value: Encodable {
    var field: String
    var value: String
    var source: String
  }

  private var rows: [Value] { loaded?.lines.map { Value(field: $0.path, value: $0.value, source: $0.source.description) } ?? [] }

  private var problemsLine: String {
    if let unread { return Self.json([Problem(file: path, line: 0, column: 0, field: "", problem: unread)]) }
    return Self.json(problems.map { Problem(file: $0.file, line: $0.line, column: $0.column, field: $0.field, problem: $0.text) })
  }

  private static func json(_ rows: some Encodable) -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    guard let data = try? encoder.encode(rows) else { return "[]" }
    return String(decoding: data, as: UTF8.self)
  }
}
