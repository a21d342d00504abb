import FleetReports

/// A drill as JUnit's XML: a case for each check.
package enum DrillJUnit {
  package static func text(_ outcome: DrillOutcome) -> String {
    var report = JUnitReport(suite: "connector-lab drill outage")
    let all = DrillText.lines(outcome).joined(separator: "\n")
    for (place, check) in outcome.checks.enumerated() {
      report.add(
        .init(
          name: check.name, problem: check.problem.map { .init(type: "drill", message: $0, text: $0) }, output: place == 0 ? all : ""))
    }
    return report.text
  }
}
