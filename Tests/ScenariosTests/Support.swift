import Fleet
import Foundation
import Scenarios
import ScenariosYAML
import Simulation
import World

/// The folder of the package.
let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().path

enum Pack {
  static let folder = "\(root)/config/scenarios/incidents"
  static var names: [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).filter { $0.hasSuffix(".yaml") }.sorted()
  }
  static func text(_ name: String) throws -> String { try String(contentsOfFile: "\(folder)/\(name)", encoding: .utf8) }
  static func file(_ name: String) throws -> ScenarioFile { try ScenariosYAML.read(text(name), file: name) }
}

/// A scenario file with what every one needs, and more lines.
func small(_ more: String) -> String {
  """
  name: small
  title: A small one
  length: 1d
  locations:
    - {connectors: 2}

  """ + more
}

func line(_ second: Int, _ node: String, _ what: String, _ subject: String = "-", _ detail: String = "") -> TraceLine {
  TraceLine(at: Moment(nanoseconds: Int64(second) * 1_000_000_000), node: node, what: what, subject: subject, detail: detail)
}
