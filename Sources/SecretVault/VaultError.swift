package import World

/// Whose secret, and which.
package struct SecretName: Hashable, Sendable, CustomStringConvertible {
  package var owner: String
  package var name: String

  package init(owner: String, name: String) {
    self.owner = owner
    self.name = name
  }

  package var description: String { "\(owner)/\(name)" }
  package static let longest = 128

  /// Letters, digits and `. _ - /`, at most 128 of them: a name goes into logs, events and audit lines as it stands.
  package var isValid: Bool {
    [owner, name].allSatisfy { part in
      (1...Self.longest).contains(part.utf8.count)
        && part.utf8.allSatisfy { (48...57).contains($0) || (65...90).contains($0) || (97...122).contains($0) || [45, 46, 47, 58, 95].contains($0) }
    }
  }
}

/// In what way a file of the vault is not what was written.
package enum VaultDamage: String, Codable, Sendable {
  case missing, truncated
  /// Its bytes do not authenticate.
  case altered
  /// It is another record's file.
  case swapped
  /// It is an older version of itself.
  case rolledBack
  /// It is newer than the manifest, which so must be an old one.
  case newerThanManifest
}

/// What opening or reading the vault came across. Names only, never a secret.
package struct VaultFinding: Hashable, Sendable {
  package enum Subject: Hashable, Sendable, CustomStringConvertible {
    case record(SecretName)
    /// `a` or `b`; the other copy made it good.
    case manifestCopy(String)
    /// Both copies: every record is set aside with them.
    case manifest
    case file(String)

    package var description: String {
      switch self {
      case .record(let name): "secret \(name)"
      case .manifestCopy(let copy): "manifest copy \(copy)"
      case .manifest: "both manifest copies"
      case .file(let name): "file \(name)"
      }
    }
  }
  package var subject: Subject
  package var damage: VaultDamage
  /// Where the damaged file lies now; nil when there was none.
  package var movedTo: String?

  package init(subject: Subject, damage: VaultDamage, movedTo: String? = nil) {
    self.subject = subject
    self.damage = damage
    self.movedTo = movedTo
  }
}

/// Why the vault refused. No case carries a secret or a key.
package enum VaultError: Error, Hashable, Sendable, CustomStringConvertible {
  case notFound(SecretName)
  case damaged(SecretName, VaultDamage)
  case badName(String)
  case tooLarge(limit: Int)
  case full(limit: Int)
  case storage(FileError)
  case rootKeyMissing(path: String)
  case rootKeyExposed(path: String, mode: UInt32)
  case rootKeyMalformed(path: String)
  case wrongRootKey(path: String)
  case rootKeyNotOurs(path: String)
  case sealing

  package var description: String {
    switch self {
    case .notFound(let name): "there is no secret \(name)"
    case .damaged(let name, let damage): "the stored form of \(name) was damaged (\(damage.rawValue)) and is set aside; store the secret anew"
    case .badName(let expected): "expected \(expected)"
    case .tooLarge(let limit): "a secret may have at most \(limit) bytes"
    case .full(let limit): "the vault holds \(limit) secrets, which is its limit; remove some"
    case .storage(let error): "the vault's storage failed: \(error)"
    case .rootKeyMissing(let path):
      "the vault has secrets but its root key \(path) is missing; put the key back, or move the vault's directory away to start empty"
    case .rootKeyExposed(let path, let mode):
      "root key file \(path) has mode 0\(String(mode, radix: 8)), so others can read it; expected 0600: chmod 600 it"
    case .rootKeyMalformed(let path): "root key file \(path) does not hold a key; expected 32 bytes, or 64 hexadecimal digits"
    case .wrongRootKey(let path): "root key \(path) is not the one that the vault was sealed with; put the right key back, nothing was changed"
    case .rootKeyNotOurs(let path):
      "root key \(path) is given by systemd: replace that credential and pass the old key as connectord.root-key.old, then restart"
    case .sealing: "the cryptographic library refused to seal"
    }
  }
}
