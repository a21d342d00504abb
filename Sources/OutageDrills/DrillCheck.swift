import SimulatedSite

/// One thing that a drill must show.
package struct DrillCheck: Hashable, Codable, Sendable {
  package var name: String
  /// Nil: it holds. What was seen instead, and what to do.
  package var problem: String?

  package init(_ name: String, _ problem: String? = nil) {
    self.name = name
    self.problem = problem
  }

  static func all(_ outcome: DrillOutcome) -> [DrillCheck] {
    let never = outcome.connectors.filter { $0.enteredMilliseconds == nil }.map(\.name)
    let still = outcome.connectors.filter { $0.enteredMilliseconds != nil && $0.recoveredMilliseconds == nil }.map(\.name)
    var checks = [
      DrillCheck(
        "every connector enters outage mode",
        never.isEmpty
          ? nil
          : "\(list(never)) did not; ask why: connectorctl --connector \(never[0]) ha why. A connector that StoreFront does not use cannot: "
            + "let connector-lab storefront run meanwhile"),
      DrillCheck(
        "the cloud brokers again",
        still.isEmpty ? nil : "\(list(still)) had not returned to it when the drill ended; give it more time with --recover"),
    ]
    if let last = outcome.samples.last(where: { $0.machines != nil }), let machines = last.machines, let registered = last.registered {
      checks.append(
        DrillCheck("every machine is registered again", registered == machines ? nil : "\(machines - registered) of \(machines) machines are not"))
    }
    guard let tally = outcome.brokering else { return checks }
    return checks + [
      DrillCheck(
        "no acknowledged launch is lost", tally.launches.lost == 0 ? nil : "\(tally.launches.lost) of \(tally.launches.acknowledged) were lost"),
      DrillCheck(
        "no acknowledged ticket is lost", tally.tickets.lost == 0 ? nil : "\(tally.tickets.lost) of \(tally.tickets.acknowledged) were lost"),
    ]
  }

  private static func list(_ names: [String]) -> String { names.joined(separator: ", ") }
}
