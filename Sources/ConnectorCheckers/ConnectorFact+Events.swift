package import EventCatalog
import World

/// A live connector's events as facts. Read from typed fields only, never from a message.
extension ConnectorFact {
  /// What an event says to the checkers; empty for most. One connector's events know nothing of where the others are, so its resource location is given, and its own name.
  ///
  /// A secret that is not found has no code of its own in its event, so S1 sees of a live connector only what was stored, and damage.
  package static func facts(of record: EventRecord, fqdn: String, location: String) -> [ConnectorFact] {
    let values = record.event.values
    func text(_ name: String) -> String { values[name].map(\.description) ?? "" }
    func number(_ name: String) -> Int? { Int(text(name)) }
    var found: [What] = []
    switch record.event.definition {
    case DaemonEvents.started: found = [.joined(location: location)]
    case DaemonEvents.stopped, DaemonEvents.stopping: found = [.left]
    case HighAvailabilityEvents.elected: found = [.elected(text("elected"))]
    case HighAvailabilityEvents.peerLost: found = [.reaches(text("peer"), .no)]
    case HighAvailabilityEvents.peerJoined: found = [.reaches(text("peer"), .yes)]
    case OutageEvents.modeChanged: found = OutagePhase(rawValue: text("mode")).map { [.mode($0, rule: text("rule"))] } ?? []
    case ConfigSynchronizerEvents.opened: found = number("revision").map { [.configured, .configurationOpened($0)] } ?? []
    case ConfigSynchronizerEvents.imported: found = number("revision").map { [.configured, .configurationImported($0)] } ?? []
    case ConfigSynchronizerEvents.received: found = number("revision").map { [.importPending($0)] } ?? []
    case ConfigSynchronizerEvents.importFailed:
      found = number("revision").map { [.importFailed($0, kept: number("kept"))] } ?? []
    case ConfigSynchronizerEvents.damaged: found = [.configurationDamaged]
    case CredentialProviderEvents.answered where text("outcome") == "done":
      switch text("operation") {
      case "put": found = [.secretBegun(text("secret"), digest: nil), .secretAcknowledged(text("secret"))]
      case "get": found = [.secretRead(text("secret"), isThere: true, digest: nil)]
      case "remove": found = [.secretRemoved(text("secret"))]
      default: break
      }
    case CredentialProviderEvents.damaged: found = [.secretDamaged(text("subject"))]
    case AgentSystemEvents.operationAllowed: found = [.operationAllowed(request: text("request"), operation: text("operation"))]
    case AgentSystemEvents.operationDenied: found = [.operationDenied(request: text("request"), operation: text("operation"))]
    case AgentSystemEvents.operationFinished: found = [.operationDone(request: text("request"), operation: text("operation"))]
    // Refused means that nothing was done.
    case AgentSystemEvents.operationFailed where !text("result").hasPrefix("refused"):
      found = [.operationDone(request: text("request"), operation: text("operation"))]
    default: break
    }
    return found.map { ConnectorFact(fqdn, $0, at: record.time) }
  }
}

extension EventDefinition {
  /// Two of one code are one.
  fileprivate static func ~= (pattern: EventDefinition, value: EventDefinition) -> Bool { pattern.code == value.code }
}
