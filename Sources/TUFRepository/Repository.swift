package import StrictJSON
package import TUF
package import World

/// A repository in the making: change the drafts, then publish the roles that changed. The same drafts, times and (Ed25519) keys give the same files.
///
/// Publishing a role again takes the next version. A targets role must be published before the snapshot that lists it, and that before the timestamp.
package struct Repository: Sendable {
  package var specVersion = "1.0.31"
  package var consistentSnapshot = true
  /// Whether snapshot and timestamp list lengths and hashes too.
  package var listsHashes = false
  /// The top-level roles' keys.
  package var roles: [ExactText: RoleDraft]
  /// Members beyond those of the specification, in the root.
  package var rootExtras: [ExactText: JSONValue] = [:]
  package var versions: [ExactText: Int64] = [.root: 1, .timestamp: 1, .snapshot: 1]
  package var expires: [ExactText: WallTime]
  package var targets: [ExactText: TargetsDraft]

  /// Metadata by file name, such as `1.root.json`, with every version that was published.
  package internal(set) var metadata: [String: [UInt8]] = [:]
  /// Artifacts by request path, such as `dir/<hash>.name`.
  package internal(set) var artifacts: [String: [UInt8]] = [:]
  /// What the next snapshot lists; what the next timestamp lists.
  package var snapshotMeta: [ExactText: JSONValue] = [:]
  package var timestampMeta: JSONValue = ["version": 1]
  var published: Set<ExactText> = []

  /// A repository with one key for each top-level role, nothing published yet.
  package init(keys: [ExactText: SigningKey], expires: WallTime) {
    roles = keys.mapValues { RoleDraft(keys: [$0]) }
    self.expires = [.root: expires, .timestamp: expires, .snapshot: expires]
    targets = [.targets: TargetsDraft(expires: expires)]
  }

  /// Publishes the roles in the order given. Delegated roles are signed with the keys of the first role that delegates to them.
  package mutating func publish(_ names: [ExactText]) throws {
    for name in names {
      switch name {
      case .root: try publishRoot()
      case .timestamp: try publishTimestamp()
      case .snapshot: try publishSnapshot()
      default: try publishTargets(name)
      }
      published.insert(name)
    }
  }

  /// All targets roles, then snapshot, timestamp and root.
  package mutating func publishAll() throws { try publish(targets.keys.sorted() + [.snapshot, .timestamp, .root]) }

  /// The signed part of a role, as it would be published now.
  package func signed(_ name: ExactText) -> JSONValue {
    switch name {
    case .root: rootSigned
    case .timestamp: common(name, ["meta": ["snapshot.json": timestampMeta]])
    case .snapshot: common(name, ["meta": .object(snapshotMeta)])
    default: targetsSigned(name)
    }
  }

  /// Who signs a role now.
  package func signers(_ name: ExactText) -> [SigningKey] {
    let role = roles[name] ?? targets.values.lazy.compactMap { $0.delegations?.role(name) }.first
    return role.map { $0.signers ?? $0.keys } ?? []
  }

  /// Adds or replaces a target and its bytes; publish the role to list it.
  package mutating func addTarget(
    _ path: ExactText, _ bytes: [UInt8], role: ExactText = .targets, algorithms: Set<HashAlgorithm> = [.sha256], custom: JSONValue? = nil
  ) {
    let target = TargetDraft(bytes, algorithms: algorithms, custom: custom)
    targets[role]?.targets[path] = target
    guard consistentSnapshot else {
      artifacts[Quoting.requestedPath(path, hash: nil)] = bytes
      return
    }
    for hash in target.hashes.values { artifacts[Quoting.requestedPath(path, hash: ExactText(hex(hash)))] = bytes }
  }

  /// Lets `delegator` delegate; makes an empty draft for each role that has none.
  package mutating func delegate(from delegator: ExactText = .targets, _ delegations: DelegationsDraft, expires: WallTime) {
    targets[delegator]?.delegations = delegations
    let names =
      switch delegations {
      case .roles(let list): list.map(\.name)
      case .bins(_, let bits, let prefix): binNames(bits: bits, prefix: prefix)
      }
    for name in names where targets[name] == nil { targets[name] = TargetsDraft(expires: expires) }
  }
}
