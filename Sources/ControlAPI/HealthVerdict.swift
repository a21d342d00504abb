package import CloudAPI
import EventCatalog
import World

/// Whether a connector does its work. The exit code of `connectorctl health` says the same.
package struct HealthVerdict: Hashable, Codable, Sendable {
  package enum State: String, CaseIterable, Codable, Sendable {
    /// In touch with its cloud, every enabled service up.
    case ready
    /// It runs, and something that it should do it cannot.
    case degraded
    /// It does nothing for anyone.
    case down
  }

  package var state: State
  /// One sentence each; empty only when it is ready.
  package var reasons: [String]

  package init(state: State, reasons: [String]) {
    self.state = state
    self.reasons = reasons
  }

  /// 0 ready, 1 degraded, 2 down.
  package var exitCode: Int32 {
    switch state {
    case .ready: 0
    case .degraded: 1
    case .down: 2
    }
  }

  /// The verdict on facts. It is never `ready` while the cloud is out of reach: not connected, connected without a word from the cloud yet, or silent
  /// for longer than `silenceLimit`.
  package init(_ facts: HealthFacts) {
    var down: [String] = []
    var degraded: [String] = []
    if facts.stopping { down.append("The connector is stopping.") }
    Self.judge(facts, &down, &degraded)
    let enabled = facts.services.filter(\.simulated)
    let notUp = enabled.filter { !$0.up }
    if !enabled.isEmpty, notUp.count == enabled.count {
      down.append("None of the \(enabled.count) services is up.")
    } else {
      for service in notUp {
        let why = service.lastFailure.map { " (\($0))" } ?? ""
        degraded.append("Service \(service.name.rawValue) is \(service.state)\(why).")
      }
    }
    if enabled.isEmpty { down.append("No service runs.") }
    if facts.inMaintenance { degraded.append("The connector is in maintenance.") }
    degraded += facts.problems
    self.init(state: down.isEmpty ? (degraded.isEmpty ? .ready : .degraded) : .down, reasons: down + degraded)
  }

  private static func judge(_ facts: HealthFacts, _ down: inout [String], _ degraded: inout [String]) {
    let why = facts.link.failure.map { ": \(Sentence.clause($0.description))" } ?? ""
    switch facts.link.state {
    case .stopped: down.append("The link to the cloud is stopped\(why).")
    case .registering: down.append("The connector has no identity yet: it is registering with its cloud\(why).")
    case .deleted:
      down.append(
        "This connector was deleted in the cloud; register it again: remove link/identity.json from the state directory and restart connectord.")
    case .connecting: degraded.append("The cloud is out of reach: connecting, try \(facts.link.attempts)\(why).")
    case .backingOff: degraded.append("The cloud is out of reach: waiting after try \(facts.link.attempts)\(why).")
    case .connected:
      guard let age = facts.lastContactAge else {
        degraded.append("The link is connected, but the cloud has not spoken on it yet.")
        return
      }
      if age > facts.silenceLimit {
        degraded.append("The cloud is out of reach: silent for \(whole(age)), more than the limit of \(whole(facts.silenceLimit)).")
      }
    }
  }

  /// Whole seconds, rounded up, so that what is beyond a limit never reads as the limit.
  private static func whole(_ duration: Duration) -> String { "\(Int64(duration.inSeconds.rounded(.up))) s" }
}

/// What a verdict is made of. Ages come from the monotonic clock: a step of the wall clock cannot make a silent cloud look fresh.
package struct HealthFacts: Hashable, Sendable {
  package var link: LinkStatus
  /// Nil when the cloud has not asked or answered since the daemon started.
  package var lastContactAge: Duration?
  /// The configuration's `cloud.silenceLimit`.
  package var silenceLimit: Duration
  package var services: [ServiceReport]
  package var inMaintenance: Bool
  package var stopping: Bool
  /// Other problems that the connector knows of, each one sentence.
  package var problems: [String]

  package init(
    link: LinkStatus, lastContactAge: Duration?, silenceLimit: Duration, services: [ServiceReport], inMaintenance: Bool = false,
    stopping: Bool = false,
    problems: [String] = []
  ) {
    self.link = link
    self.lastContactAge = lastContactAge
    self.silenceLimit = silenceLimit
    self.services = services
    self.inMaintenance = inMaintenance
    self.stopping = stopping
    self.problems = problems
  }
}
