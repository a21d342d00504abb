package import StrictJSON
package import World

/// What is trusted within one update, and the rules by which it grows (section 5.3 to 5.6). Pure: no clock, disk or network.
///
/// Each function takes bytes from anywhere and either believes them or throws and leaves everything as it was.
package struct TrustedSet: Sendable {
  /// Read once, at the start of the update; every expiry is held against it (T4).
  package let start: WallTime
  package let limits: TrustLimits
  package private(set) var root: RootRole
  package private(set) var timestamp: TimestampRole?
  package private(set) var snapshot: SnapshotRole?

  /// - Parameter trustedRoot: the root that the client holds. It must be signed by its own keys; it may be expired.
  package init(trustedRoot bytes: [UInt8], start: WallTime, limits: TrustLimits) throws(TrustError) {
    let envelope = try Envelope(bytes, type: .root, role: .root, limits: limits)
    var root = try Self.formed(.root) { () throws(FormError) in try RootRole(envelope) }
    root.signed = try Self.verify(envelope, .root, by: root)
    self.start = start
    self.limits = limits
    self.root = root
  }

  /// T2: the next root, signed by a threshold of the trusted root's keys and of its own. It may be expired: a newer one may follow.
  package mutating func updateRoot(_ bytes: [UInt8]) throws(TrustError) {
    let envelope = try Envelope(bytes, type: .root, role: .root, limits: limits)
    let signedBefore = try Self.verify(envelope, .root, by: root)
    var next = try Self.formed(.root) { () throws(FormError) in try RootRole(envelope) }
    next.signed = try Self.verify(envelope, .root, by: next)
    guard next.version == root.version + 1 else {
      throw TrustError(.wrongVersion, .root, "this is root version \(next.version), expected \(root.version + 1)")
    }
    (next.signedBefore, next.rotated) = (signedBefore, next.rotated(since: root))
    root = next
  }

  /// T4: the last root in the chain must be fresh.
  package func checkRoot() throws(TrustError) { try fresh(.root, root.version, root.expires) }

  /// The timestamp on disk, which may be expired: it still tells what must not go back (T3). Throws when it is not of the root's keys, as after
  /// they were rotated; then it protects nothing any more, which is how a repository recovers from versions that ran away.
  package mutating func loadTimestamp(_ bytes: [UInt8]) throws(TrustError) {
    timestamp = try verifiedTimestamp(bytes)
  }

  /// - Returns: false when this is the version already trusted, whose bytes stay.
  package mutating func updateTimestamp(_ bytes: [UInt8]) throws(TrustError) -> Bool {
    let next = try verifiedTimestamp(bytes)
    if let trusted = timestamp {
      guard next.version >= trusted.version else {
        throw TrustError(.rollback, .timestamp, "version \(next.version) is older than the trusted one, \(trusted.version)")
      }
      if next.version == trusted.version {
        try checkTimestamp()
        return false
      }
      guard next.snapshot.version >= trusted.snapshot.version else {
        throw TrustError(
          .rollback, .snapshot, "the new timestamp lists version \(next.snapshot.version), older than the trusted one, \(trusted.snapshot.version)")
      }
    }
    try fresh(.timestamp, next.version, next.expires)
    timestamp = next
    return true
  }

  private func verifiedTimestamp(_ bytes: [UInt8]) throws(TrustError) -> TimestampRole {
    let envelope = try Envelope(bytes, type: .timestamp, role: .timestamp, limits: limits)
    let signed = try Self.verify(envelope, .timestamp, by: root)
    var role = try Self.formed(.timestamp) { () throws(FormError) in try TimestampRole(envelope) }
    role.signed = signed
    return role
  }

  private func checkTimestamp() throws(TrustError) {
    guard let timestamp else { throw TrustError(.malformed, .timestamp, "no timestamp is trusted yet") }
    try fresh(.timestamp, timestamp.version, timestamp.expires)
  }

  /// The snapshot on disk. Whatever its age, it tells what must not go back (T3).
  ///
  /// - Returns: whether it is the very file that the timestamp lists, and fresh, so that there is nothing to fetch (T6).
  package mutating func loadSnapshot(_ bytes: [UInt8]) throws(TrustError) -> Bool {
    guard let listed = timestamp?.snapshot else { throw TrustError(.malformed, .snapshot, "no timestamp is trusted yet") }
    let local = try verifiedSnapshot(bytes)
    snapshot = local
    guard local.version == listed.version, local.expires > start else { return false }
    return (try? listed.content.verify(bytes, .snapshot)) != nil
  }

  /// T6 against the timestamp, T3 against the snapshot on disk.
  package mutating func updateSnapshot(_ bytes: [UInt8]) throws(TrustError) {
    guard let listed = timestamp?.snapshot else { throw TrustError(.malformed, .snapshot, "no timestamp is trusted yet") }
    try listed.content.verify(bytes, .snapshot)
    let next = try verifiedSnapshot(bytes)
    guard next.version == listed.version else {
      throw TrustError(.wrongVersion, .snapshot, "this is version \(next.version); the timestamp lists \(listed.version)")
    }
    for (name, trusted) in snapshot?.meta ?? [:] {
      guard let file = next.meta[name] else { throw TrustError(.disappeared, name, "the new snapshot, version \(next.version), no longer lists it") }
      guard file.version >= trusted.version else {
        throw TrustError(.rollback, name, "the new snapshot lists version \(file.version), older than the trusted one, \(trusted.version)")
      }
    }
    try fresh(.snapshot, next.version, next.expires)
    snapshot = next
  }

  private func verifiedSnapshot(_ bytes: [UInt8]) throws(TrustError) -> SnapshotRole {
    let envelope = try Envelope(bytes, type: .snapshot, role: .snapshot, limits: limits)
    let signed = try Self.verify(envelope, .snapshot, by: root)
    var role = try Self.formed(.snapshot) { () throws(FormError) in try SnapshotRole(envelope) }
    role.signed = signed
    return role
  }

  /// T6 for targets metadata: what the snapshot lists for a role.
  package func listed(_ role: ExactText) throws(TrustError) -> MetaFile {
    guard let file = snapshot?.file(of: role) else { throw TrustError(.notListed, role, "the snapshot does not list it") }
    return file
  }

  /// Targets metadata as its delegator believes it: the top-level role's by the root (`delegator` nil), another's by who delegates to it.
  package func targets(_ bytes: [UInt8], delegated: (role: DelegatedRole, keys: [ExactText: ListedKey], by: ExactText)?) throws(TrustError)
    -> TargetsRole
  {
    let name = delegated?.role.name ?? .targets
    let listed = try listed(name)
    try listed.content.verify(bytes, name)
    let envelope = try Envelope(bytes, type: .targets, role: name, limits: limits)
    let signed =
      if let delegated {
        try envelope.verify(delegated.role.keys, keys: delegated.keys, as: name, by: Quoting.shown(delegated.by))
      } else {
        try Self.verify(envelope, name, by: root)
      }
    guard envelope.version == listed.version else {
      throw TrustError(.wrongVersion, name, "this is version \(envelope.version); the snapshot lists \(listed.version)")
    }
    var role = try Self.formed(name) { () throws(FormError) in try TargetsRole(envelope, name: name) }
    role.signed = signed
    try fresh(name, role.version, role.expires)
    return role
  }

  private func fresh(_ role: ExactText, _ version: Int64, _ expires: WallTime) throws(TrustError) {
    guard expires > start else { throw TrustError.frozen(role, version: version, expires: expires, at: start) }
  }

  private static func verify(_ envelope: Envelope, _ role: ExactText, by root: RootRole) throws(TrustError) -> SignatureCount {
    guard let keys = root.roles[role] else { throw TrustError(.malformed, role, "the root does not name keys for it") }
    return try envelope.verify(keys, keys: root.keys, as: role, by: "root version \(root.version)")
  }

  private static func formed<Role>(_ name: ExactText, _ body: () throws(FormError) -> Role) throws(TrustError) -> Role {
    do throws(FormError) { return try body() } catch { throw error.about(name) }
  }
}
