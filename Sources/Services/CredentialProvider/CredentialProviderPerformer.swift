import EventCatalog
package import SecretVault
package import ServiceKit
import Synchronization
import World

/// Holds the open vault and the audit log. All disk work is done at once and in order; its result is the next event.
package final class CredentialProviderPerformer: DirectivePerformer {
  package typealias Event = CredentialProviderLogic.Event

  private let context: ServiceContext
  private let places: RootKeyPlaces
  private let audit: AuditLog
  private let vault = Mutex<SecretVault?>(nil)

  package init(_ context: ServiceContext, rootKey places: RootKeyPlaces) {
    self.context = context
    self.places = places
    audit = AuditLog(directory: context.directory, files: context.files)
  }

  package func perform(_ directive: CredentialProviderLogic.Directive) -> Background<Event>? {
    switch directive {
    case .open: return result(open())
    case .retry(let moment):
      let clock = context.clock
      return Background { (try? await clock.sleep(until: moment)) == nil ? nil : .retryDue }
    case .record(let id, let entry):
      do throws(FileError) {
        try audit.append(entry)
        return result(.audited(id, entry.phase, failure: nil))
      } catch {
        return result(.audited(id, entry.phase, failure: error.description))
      }
    case .carryOut(let id, let request): return result(carryOut(id, request))
    case .emit(let event):
      context.emit(event)
      return nil
    case .answer: return nil
    }
  }

  private func result(_ event: Event) -> Background<Event> { Background { event } }

  private func open() -> Event {
    do {
      try audit.mend()
      var opened = try SecretVault(directory: context.directory, rootKey: places, files: context.files, random: context.random)
      let findings = opened.takeFindings()
      let status = Self.status(opened)
      vault.withLock { $0 = opened }
      return .opened(status, findings)
    } catch {
      return .openFailed("\(error)")
    }
  }

  private func carryOut(_ id: RequestID, _ request: CredentialRequest) -> Event {
    vault.withLock { vault in
      guard var open = vault else {
        let reason = CredentialError.unavailable("connectorctl events shows why")
        return .done(id, .failure(reason), CredentialStatus(open: false), [])
      }
      let outcome = Result<CredentialAnswer, any Error> { try Self.answer(request, &open) }
      let findings = open.takeFindings()
      vault = open
      return .done(id, outcome, Self.status(open), findings)
    }
  }

  private static func answer(_ request: CredentialRequest, _ vault: inout SecretVault) throws -> CredentialAnswer {
    func secret(_ name: String) -> SecretName { SecretName(owner: request.caller.namespace, name: name) }
    switch request.operation {
    case .put(let name, let bytes):
      try vault.put(secret(name), bytes)
      return .done
    case .get(let name): return .secret(try vault.get(secret(name)))
    case .remove(let name):
      try vault.remove(secret(name))
      return .done
    case .list: return .names(vault.names(of: request.caller.namespace))
    case .rotate(.data): return .rotated(secrets: try vault.rotateDataKey())
    case .rotate(.root):
      try vault.rotateRootKey()
      return .rotated(secrets: vault.count)
    case .status: return .status(status(vault))
    }
  }

  private static func status(_ vault: SecretVault) -> CredentialStatus {
    CredentialStatus(open: true, rootKey: vault.rootKeyOrigin.rawValue, secrets: vault.count, damaged: vault.damaged.map(\.description).sorted())
  }
}
