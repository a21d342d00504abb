import CloudAPI
import Simulation
import World

/// Answers that are wrong, and answers that are none.
extension FleetRun {
  /// Of a million messages of this link, so many make no sense at the moment.
  func wrongness(_ index: Int) -> Int {
    guard !machines[index].linkFaults.isEmpty else { return 0 }
    return machines[index].linkFaults.reduce(0) { if case .wrongAnswers(let chance) = $1 { max($0, chance) } else { $0 } }
  }

  /// What the connector gets instead of what was meant for it: an order that is over, or one that cannot be.
  mutating func garbled(_ index: Int, _ message: DownMessage) -> DownMessage {
    let chance = wrongness(index)
    guard chance > 0, case .command(var command) = message, machines[index].draws.chance(chance) else { return message }
    counts["wrong answers", default: 0] += 1
    switch machines[index].draws.below(6) {
    case 0: command.token -= min(command.token, 1 + UInt64(machines[index].draws.below(3)))
    case 1: command.token = 0
    case 2: (command.action, command.version) = (.install, "not a version")
    case 3: (command.action, command.version) = (.install, "99.0.0.1")
    case 4: (command.action, command.version) = (.install, nil)
    default: command.expires = command.expires.map { $0 + .seconds(-86_400) }
    }
    return .command(command)
  }

  /// What the cloud hears instead of what was said: a standing under a lease that is over or was never given, or of no version.
  mutating func garbled(_ index: Int, _ report: Report) -> Report {
    let chance = wrongness(index)
    guard chance > 0, var standing = report.standing, machines[index].draws.chance(chance) else { return report }
    counts["wrong answers", default: 0] += 1
    switch machines[index].draws.below(4) {
    case 0: standing.token -= min(standing.token, 1)
    case 1: standing.token += 1_000
    case 2: standing.version = "not a version"
    default: (standing.stage, standing.token) = (UpdateStanding.Stage.allCases.randomElement(using: &machines[index].draws) ?? .trial, 0)
    }
    var wrong = report
    wrong.standing = standing
    return wrong
  }

  /// The cloud says 429 instead of listening: the connector comes again when it may.
  mutating func isTurnedAway(_ index: Int) -> Bool {
    guard let pause = cloud.throttle else { return false }
    counts["turned away", default: 0] += 1
    machines[index].contact.notBefore = engine.now + pause
    return true
  }
}
