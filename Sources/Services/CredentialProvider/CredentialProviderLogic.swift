package import EventCatalog
package import SecretVault
package import ServiceKit
package import World

/// Decides who gets what, and that nobody gets anything unaudited: a request is recorded, then carried out, then its answer is recorded, then given.
package struct CredentialProviderLogic: ServiceLogic {
  package enum Event: Sendable {
    case started
    case opened(CredentialStatus, [VaultFinding])
    case openFailed(String)
    case retryDue
    case asked(RequestID, CredentialRequest)
    /// The audit entry of that phase is on the disk, or why it is not.
    case audited(RequestID, AuditEntry.Phase, failure: String?)
    case done(RequestID, Result<CredentialAnswer, any Error>, CredentialStatus, [VaultFinding])
  }

  /// What comes of it, in order: `open`, `record` and `carryOut` feed an event back.
  package enum Directive: Sendable {
    case open
    case retry(at: Moment)
    case record(RequestID, AuditEntry)
    case carryOut(RequestID, CredentialRequest)
    case emit(EventCatalog.Event)
    case answer(RequestID, Result<CredentialAnswer, any Error>)
  }

  private struct Pending: Sendable {
    var request: CredentialRequest
    var outcome: Result<CredentialAnswer, any Error>?
  }

  package static let mostPending = 256
  package static let retryEvery = Duration.seconds(60)

  package private(set) var status = CredentialStatus(open: false, reason: "it was not opened yet")
  private var pending: [RequestID: Pending] = [:]

  package init() {}

  package static func answer(in directive: Directive) -> (RequestID, Result<CredentialAnswer, any Error>)? {
    if case .answer(let id, let result) = directive { (id, result) } else { nil }
  }

  package mutating func handle(_ event: Event, at now: Now) -> [Directive] {
    switch event {
    case .started, .retryDue: return [.open]
    case .opened(let status, let findings):
      self.status = status
      return [.emit(.credentialsOpened(secrets: status.secrets, origin: status.rootKey ?? "?"))] + findings.map(Self.event)
    case .openFailed(let reason):
      let isNews = status.reason != reason
      status = CredentialStatus(open: false, reason: reason)
      return (isNews ? [.emit(.credentialsUnavailable(reason: reason))] : []) + [.retry(at: now.moment + Self.retryEvery)]
    case .asked(let id, let request): return asked(id, request, now)
    case .audited(let id, let phase, let failure): return audited(id, phase, failure, now)
    case .done(let id, let outcome, let status, let findings):
      if status.open { self.status = status }
      return findings.map(Self.event) + finish(id, outcome, now)
    }
  }

  private mutating func asked(_ id: RequestID, _ request: CredentialRequest, _ now: Now) -> [Directive] {
    // Status is asked often and says nothing secret.
    if case .status = request.operation, SecretAccess.refusal(request) == nil { return [.answer(id, .success(.status(status)))] }
    guard pending.count < Self.mostPending else { return [.answer(id, .failure(CredentialError.busy(limit: Self.mostPending)))] }
    pending[id] = Pending(request: request)
    let refusal = SecretAccess.refusal(request)
    return [.record(id, entry(id, .request, refusal.map { "denied: \($0)" } ?? "allowed", request, now))]
  }

  private mutating func audited(_ id: RequestID, _ phase: AuditEntry.Phase, _ failure: String?, _ now: Now) -> [Directive] {
    guard let waiting = pending[id] else { return [] }
    let (caller, operation, subject) = (waiting.request.caller.description, waiting.request.operation.word, waiting.request.subject)
    if let failure {
      pending[id] = nil
      return [.emit(.credentialsAuditFailed(caller: caller, reason: failure)), .answer(id, .failure(CredentialError.auditFailed))]
    }
    switch phase {
    case .request:
      if let rule = SecretAccess.refusal(waiting.request) {
        let refused = EventCatalog.Event.credentialsDenied(caller: caller, operation: operation, secret: subject, reason: rule)
        return [.emit(refused)] + finish(id, .failure(CredentialError.denied(rule)), now)
      }
      return [.emit(.credentialsRequested(caller: caller, operation: operation, secret: subject)), .carryOut(id, waiting.request)]
    case .answer:
      guard let outcome = waiting.outcome else { return [] }
      pending[id] = nil
      var directives: [Directive] = []
      if case .success(.rotated(let secrets)) = outcome, case .rotate(let key) = waiting.request.operation {
        directives.append(.emit(.credentialsRotated(what: key.rawValue, secrets: secrets)))
      }
      let answered = EventCatalog.Event.credentialsAnswered(caller: caller, operation: operation, secret: subject, outcome: Self.word(outcome))
      return directives + [.emit(answered), .answer(id, outcome)]
    }
  }

  private mutating func finish(_ id: RequestID, _ outcome: Result<CredentialAnswer, any Error>, _ now: Now) -> [Directive] {
    guard let request = pending[id]?.request else { return [] }
    pending[id]?.outcome = outcome
    return [.record(id, entry(id, .answer, Self.word(outcome), request, now))]
  }

  private func entry(_ id: RequestID, _ phase: AuditEntry.Phase, _ outcome: String, _ request: CredentialRequest, _ now: Now) -> AuditEntry {
    AuditEntry(
      time: now.wall, phase: phase, request: id.number, caller: request.caller.description, operation: request.operation.word,
      secret: request.subject,
      outcome: outcome)
  }

  /// The errors that can be here name secrets, files and rules, never a secret's bytes.
  private static func word(_ outcome: Result<CredentialAnswer, any Error>) -> String {
    switch outcome {
    case .success: "done"
    case .failure(let error): "\(error)"
    }
  }

  private static func event(_ finding: VaultFinding) -> Directive {
    .emit(.credentialsDamaged(subject: finding.subject.description, damage: finding.damage.rawValue, movedTo: finding.movedTo ?? ""))
  }
}
