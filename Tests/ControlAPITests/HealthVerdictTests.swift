import CloudAPI
import ControlAPI
import Testing
import World

@Suite struct HealthVerdictTests {
  struct Row: Sendable, CustomTestStringConvertible {
    var name: String
    var facts: HealthFacts
    var state: HealthVerdict.State
    /// Each reason contains these words, in order.
    var reasons: [String]
    var testDescription: String { name }
  }

  static let limit = Duration.seconds(15)

  static func facts(
    _ link: LinkStatus.State = .connected, age: Duration? = .seconds(1), failure: LinkFailure? = nil, up: [Bool] = [true, true, true],
    maintenance: Bool = false, stopping: Bool = false, problems: [String] = []
  ) -> HealthFacts {
    let names: [ServiceName] = [.agentSystem, .logger, .watchDog]
    let rows = zip(names, up).map { ServiceReport(name: $0, state: $1 ? "ready" : "backing off", up: $1, simulated: true, restarts: 0) }
    let disabled = ServiceReport(name: .webRelay, state: "disabled", up: false, simulated: false, restarts: 0)
    return HealthFacts(
      link: LinkStatus(state: link, since: WallTime(seconds: 0), failure: failure, attempts: 3), lastContactAge: age, silenceLimit: limit,
      services: rows + [disabled], inMaintenance: maintenance, stopping: stopping, problems: problems)
  }

  static let refused = LinkFailure(.connect, "127.0.0.1:7443: Connection refused")

  static let table: [Row] = [
    Row(name: "all well", facts: facts(), state: .ready, reasons: []),
    Row(name: "at the limit", facts: facts(age: limit), state: .ready, reasons: []),
    Row(
      name: "beyond the limit", facts: facts(age: limit + .milliseconds(1)), state: .degraded,
      reasons: ["silent for 16 s, more than the limit of 15 s"]),
    Row(name: "connected, never spoken", facts: facts(age: nil), state: .degraded, reasons: ["has not spoken"]),
    Row(name: "connecting", facts: facts(.connecting), state: .degraded, reasons: ["out of reach: connecting, try 3."]),
    Row(
      name: "waiting, with a fresh contact", facts: facts(.backingOff, failure: refused), state: .degraded,
      reasons: ["out of reach: waiting after try 3: connect: 127.0.0.1:7443: Connection refused."]),
    Row(name: "registering", facts: facts(.registering, age: nil), state: .down, reasons: ["no identity"]),
    Row(
      name: "wrong secret", facts: facts(.registering, age: nil, failure: LinkFailure(.wrongSecret, "no")), state: .down, reasons: ["wrongSecret: no"]
    ),
    Row(
      name: "deleted in the cloud", facts: facts(.deleted, failure: LinkFailure(.connectorDeleted, "no record")), state: .down,
      reasons: ["deleted in the cloud; register it again: remove link/identity.json"]),
    Row(
      name: "a failure that is a sentence", facts: facts(.connecting, failure: LinkFailure(.refused, "No.")), state: .degraded,
      reasons: ["refused: No."]),
    Row(name: "link stopped", facts: facts(.stopped), state: .down, reasons: ["stopped"]),
    Row(name: "one service not up", facts: facts(up: [true, false, true]), state: .degraded, reasons: ["Service logger is backing off."]),
    Row(name: "no service up", facts: facts(up: [false, false, false]), state: .down, reasons: ["None of the 3 services"]),
    Row(name: "no service at all", facts: facts(up: []), state: .down, reasons: ["No service runs"]),
    Row(name: "maintenance", facts: facts(maintenance: true), state: .degraded, reasons: ["maintenance"]),
    Row(name: "stopping", facts: facts(stopping: true), state: .down, reasons: ["stopping"]),
    Row(name: "a problem", facts: facts(problems: ["The disk is full."]), state: .degraded, reasons: ["The disk is full."]),
    Row(
      name: "several", facts: facts(.backingOff, up: [false, true, true], maintenance: true), state: .degraded,
      reasons: ["out of reach", "agent-system", "maintenance"]),
    Row(name: "down before degraded", facts: facts(age: nil, stopping: true), state: .down, reasons: ["stopping", "has not spoken"]),
  ]

  @Test(arguments: table) func theVerdictOnFacts(_ row: Row) {
    let verdict = HealthVerdict(row.facts)
    #expect(verdict.state == row.state)
    #expect(verdict.reasons.count == row.reasons.count, "\(verdict.reasons)")
    for (reason, words) in zip(verdict.reasons, row.reasons) { #expect(reason.contains(words), "\(reason)") }
    for reason in verdict.reasons { #expect(reason.hasSuffix("."), "a sentence: \(reason)") }
  }

  /// Whatever else holds: out of reach is never ready, and what is not ready says why.
  @Test func neverReadyWhileTheCloudIsOutOfReach() {
    let states: [LinkStatus.State] = [.registering, .connecting, .connected, .backingOff, .stopped]
    let ages: [Duration?] = [nil, .zero, .seconds(15), .seconds(16), .seconds(Int64.max / 2)]
    for state in states {
      for age in ages {
        for up in [[true, true, true], [true, false, true], [false, false, false]] {
          for flags in 0..<4 {
            let verdict = HealthVerdict(Self.facts(state, age: age, up: up, maintenance: flags & 1 == 1, stopping: flags & 2 == 2))
            let inReach = state == .connected && age.map { $0 <= Self.limit } == true
            if !inReach { #expect(verdict.state != .ready) }
            #expect((verdict.state == .ready) == verdict.reasons.isEmpty)
          }
        }
      }
    }
  }

  @Test func exitCodes() { #expect(HealthVerdict.State.allCases.map { HealthVerdict(state: $0, reasons: []).exitCode } == [0, 1, 2]) }
}
