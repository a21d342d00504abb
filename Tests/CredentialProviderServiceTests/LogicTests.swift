import CredentialProviderService
import EventCatalog
import SecretVault
import ServiceKit
import Testing
import World

@Suite struct LogicTests {
  private let now = Now(moment: Moment(nanoseconds: 0), wall: WallTime(seconds: 1_795_000_000))

  /// The names of the directives, in order.
  private func words(_ directives: [CredentialProviderLogic.Directive]) -> [String] {
    directives.map { directive in
      switch directive {
      case .open: "open"
      case .retry: "retry"
      case .record(_, let entry): "record \(entry.phase.rawValue): \(entry.outcome)"
      case .carryOut: "carryOut"
      case .emit(let event): event.definition.name
      case .answer(_, .success): "answer"
      case .answer(_, .failure(let error)): "answer \(type(of: error))"
      }
    }
  }

  @Test func aRequestIsRecordedThenDoneThenRecordedThenAnswered() {
    var logic = CredentialProviderLogic()
    let id = RequestID(1)
    let request = CredentialRequest(.service(.remoteHCL), .get("password"))
    #expect(words(logic.handle(.started, at: now)) == ["open"])
    #expect(words(logic.handle(.opened(CredentialStatus(open: true), []), at: now)) == ["credentials.opened"])
    #expect(words(logic.handle(.asked(id, request), at: now)) == ["record request: allowed"])
    #expect(words(logic.handle(.audited(id, .request, failure: nil), at: now)) == ["credentials.requested", "carryOut"])
    let done = CredentialProviderLogic.Event.done(id, .success(.secret(SecretBytes([1]))), CredentialStatus(open: true), [])
    #expect(words(logic.handle(done, at: now)) == ["record answer: done"])
    #expect(words(logic.handle(.audited(id, .answer, failure: nil), at: now)) == ["credentials.answered", "answer"])
    // Nothing is left of it.
    #expect(words(logic.handle(.audited(id, .answer, failure: nil), at: now)) == [])
  }

  @Test(arguments: [AuditEntry.Phase.request, .answer])
  func withoutTheAuditThereIsNoAnswer(phase: AuditEntry.Phase) {
    var logic = CredentialProviderLogic()
    let id = RequestID(1)
    _ = logic.handle(.asked(id, CredentialRequest(.cloud, .get("x"))), at: now)
    if phase == .answer {
      _ = logic.handle(.audited(id, .request, failure: nil), at: now)
      _ = logic.handle(.done(id, .success(.secret(SecretBytes([1]))), CredentialStatus(open: true), []), at: now)
    }
    #expect(words(logic.handle(.audited(id, phase, failure: "no space"), at: now)) == ["credentials.audit-failed", "answer CredentialError"])
    #expect(words(logic.handle(.audited(id, .request, failure: nil), at: now)) == [])
  }

  @Test func whoMayDoWhat() {
    let secret = SecretBytes([1])
    let table: [(CredentialCaller, CredentialOperation, Bool)] = [
      (.service(.remoteHCL), .put("a", secret), true), (.service(.remoteHCL), .get("a"), true), (.service(.remoteHCL), .remove("a"), true),
      (.service(.remoteHCL), .list, false), (.service(.remoteHCL), .rotate(.data), false), (.service(.remoteHCL), .status, false),
      (.service(.agentSystem), .get("a"), false), (.service(.logger), .put("a", secret), false), (.service(.credentialProvider), .get("a"), false),
      (.service(.cdfCapture), .get("a"), false), (.control(uid: 0), .put("a", secret), true), (.control(uid: 0), .rotate(.root), true),
      (.control(uid: 0), .list, true), (.control(uid: 0), .status, true), (.cloud, .get("a"), true), (.cloud, .put("a", secret), true),
      (.cloud, .list, true), (.cloud, .status, true), (.cloud, .rotate(.root), false), (.cloud, .rotate(.data), false),
    ]
    for (caller, operation, allowed) in table {
      #expect((SecretAccess.refusal(CredentialRequest(caller, operation)) == nil) == allowed, "\(caller) \(operation.word)")
    }
    #expect(Set([CredentialCaller.cloud, .control(uid: 1), .service(.remoteHCL), .service(.webRelay)].map(\.namespace)).count == 4)
  }

  @Test func aDenialIsAuditedBeforeItIsAnswered() {
    var logic = CredentialProviderLogic()
    let id = RequestID(1)
    let directives = logic.handle(.asked(id, CredentialRequest(.service(.logger), .get("x"))), at: now)
    #expect(words(directives) == ["record request: denied: service logger keeps no secrets"])
    #expect(
      words(logic.handle(.audited(id, .request, failure: nil), at: now)) == [
        "credentials.denied", "record answer: denied: service logger keeps no secrets",
      ])
    #expect(words(logic.handle(.audited(id, .answer, failure: nil), at: now)) == ["credentials.answered", "answer CredentialError"])
  }

  @Test func openingIsTriedAgainAndSaidOnce() {
    var logic = CredentialProviderLogic()
    #expect(words(logic.handle(.openFailed("wrong key"), at: now)) == ["credentials.unavailable", "retry"])
    #expect(words(logic.handle(.openFailed("wrong key"), at: now)) == ["retry"])
    #expect(words(logic.handle(.openFailed("full disk"), at: now)) == ["credentials.unavailable", "retry"])
    #expect(logic.status == CredentialStatus(open: false, reason: "full disk"))
    #expect(words(logic.handle(.retryDue, at: now)) == ["open"])
  }

  @Test func tooManyAtOnceAreTurnedAway() {
    var logic = CredentialProviderLogic()
    for number in 1...256 { _ = logic.handle(.asked(RequestID(UInt64(number)), CredentialRequest(.cloud, .list)), at: now) }
    #expect(words(logic.handle(.asked(RequestID(257), CredentialRequest(.cloud, .list)), at: now)) == ["answer CredentialError"])
  }
}
