package import SecretVault
package import World

/// Who asks the Credential Provider. Each has a namespace of its own, and reaches no other.
package enum CredentialCaller: Hashable, Sendable, CustomStringConvertible {
  case service(ServiceName)
  /// A user of the control socket, by its numeric id: all share the namespace `admin`.
  case control(uid: UInt32)
  case cloud

  package var namespace: String {
    switch self {
    case .service(let name): "service:\(name.rawValue)"
    case .control: "admin"
    case .cloud: "cloud"
    }
  }

  package var description: String {
    switch self {
    case .service(let name): "service \(name.rawValue)"
    case .control(let uid): "control user \(uid)"
    case .cloud: "the cloud"
    }
  }
}

package enum CredentialOperation: Sendable {
  case put(String, SecretBytes)
  case get(String)
  case remove(String)
  case list
  case rotate(RotatedKey)
  case status

  package enum RotatedKey: String, CaseIterable, Codable, Sendable { case root, data }

  /// The word that stands in events and audit lines.
  package var word: String {
    switch self {
    case .put: "put"
    case .get: "get"
    case .remove: "remove"
    case .list: "list"
    case .rotate(let key): "rotate-\(key.rawValue)"
    case .status: "status"
    }
  }

  /// The secret that it is about; nil when it is about all of them.
  package var name: String? {
    switch self {
    case .put(let name, _), .get(let name), .remove(let name): name
    case .list, .rotate, .status: nil
    }
  }
}

package struct CredentialRequest: Sendable {
  package var caller: CredentialCaller
  package var operation: CredentialOperation

  package init(_ caller: CredentialCaller, _ operation: CredentialOperation) {
    self.caller = caller
    self.operation = operation
  }

  /// Owner and name for people; a name that may not exist is not repeated.
  package var subject: String {
    guard let name = operation.name else { return "\(caller.namespace)/*" }
    let secret = SecretName(owner: caller.namespace, name: name)
    return secret.isValid ? secret.description : "\(caller.namespace)/(invalid name)"
  }
}

package enum CredentialAnswer: Sendable {
  case done
  case secret(SecretBytes)
  case names([String])
  case rotated(secrets: Int)
  case status(CredentialStatus)
}

/// What the Credential Provider says about itself; no names but those of damaged secrets.
package struct CredentialStatus: Hashable, Codable, Sendable {
  package var open: Bool
  /// Why it is not open.
  package var reason: String?
  package var rootKey: String?
  package var secrets: Int
  package var damaged: [String]

  package init(open: Bool, reason: String? = nil, rootKey: String? = nil, secrets: Int = 0, damaged: [String] = []) {
    self.open = open
    self.reason = reason
    self.rootKey = rootKey
    self.secrets = secrets
    self.damaged = damaged
  }
}

/// Why the Credential Provider gave no answer; beside `VaultError`.
package enum CredentialError: Error, Hashable, Sendable, CustomStringConvertible {
  case denied(String)
  case unavailable(String)
  case auditFailed
  case busy(limit: Int)

  package var description: String {
    switch self {
    case .denied(let rule): "denied: \(rule)"
    case .unavailable(let reason): "the secret store is not open: \(reason)"
    case .auditFailed: "the audit log could not be written, so there is no answer; the event credentials.audit-failed says why"
    case .busy(let limit): "\(limit) requests wait already; ask again"
    }
  }
}
