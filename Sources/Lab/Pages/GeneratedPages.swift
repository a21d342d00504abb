import AgentSystem
import CloudServer
import ConfigurationYAML
import EventCatalog
import ServiceOrder
import World

/// The pages of `docs/` that the code writes itself; a test holds the files against them.
package enum GeneratedPages {
  package struct Page: Sendable {
    package var name: String
    package var text: String
  }

  package static var all: [Page] {
    [
      Page(name: "configuration.md", text: ConfigurationReference.markdown()),
      Page(name: "connectord.schema.json", text: JSONSchemaExport.connector()),
      Page(name: "coverage.md", text: coverage),
      Page(name: "events.md", text: CatalogExport.text(.markdown)),
    ]
  }

  /// Which of the seventeen services, and which privileged operations, there are.
  static var coverage: String {
    var text = """
      # Coverage

      What of the modelled product there is. This page is generated (`make docs`). Whatever is not simulated answers `NotSimulated`.

      ## Services

      In their start order; the stop order is the reverse.

      | # | service | runs as | simulated | what there is |
      | --- | --- | --- | --- | --- |

      """
    for (number, entry) in ServiceOrder.all.enumerated() {
      text +=
        "| \(number + 1) | \(entry.name.title) (`\(entry.name.rawValue)`) | \(entry.name.runsAs) | \(entry.isSimulated ? "yes" : "no") | \(entry.coverage) |\n"
    }
    text += """

      ## Privileged operations

      The closed set of the Agent System. Only the WatchDog calls it; the askers are the services that may ask the WatchDog.

      | operation | arguments | who may ask | idempotent | time limit | here |
      | --- | --- | --- | --- | --- | --- |

      """
    for kind in PrivilegedOperation.Kind.allCases {
      let rule = kind.rule
      let askers = rule.askers.map(\.rawValue).sorted().joined(separator: ", ")
      text += "| \(kind.name) | \(rule.arguments) | \(askers) | \(rule.isIdempotent ? "yes" : "no") | \(rule.timeLimit.inSeconds) s | "
      text += PrivilegedOperation.Kind.ofReleases.contains(kind) ? "where `state.releases` is set |\n" : "yes |\n"
    }
    text += """

      ## Paths of the cloud

      One server has the paths that the product spreads over several hosts. What is not simulated answers 501 with the type `notSimulated`; a path that is not in this list 404.

      | path | methods | simulated | what there is |
      | --- | --- | --- | --- |

      """
    for row in APICoverage.all {
      text += "| `\(row.path)` | \(row.methods.joined(separator: ", ")) | \(row.isSimulated ? "yes" : "no") | \(row.note) |\n"
    }
    return text
  }
}
