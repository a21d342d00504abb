package import StrictJSON
package import World

/// The trusted root: who may speak for each top-level role (section 4.3).
package struct RootRole: Sendable {
  package var version: Int64
  package var expires: WallTime
  package var consistentSnapshot: Bool
  package var keys: [ExactText: ListedKey]
  package var roles: [ExactText: RoleKeys]
  /// By how many of its own keys it is signed, and of those of the root before it, once that was checked.
  package var signed = SignatureCount()
  package var signedBefore: SignatureCount?
  /// Top-level roles of which it takes keys away, or wants more signatures, than the root before it: what they signed before need not hold any more.
  package var rotated: [ExactText] = []

  init(_ envelope: Envelope) throws(FormError) {
    version = envelope.version
    expires = envelope.expires
    let signed = envelope.signed
    if let flag = signed["consistent_snapshot"] {
      guard let value = flag.bool else { throw FormError("'consistent_snapshot' is neither true nor false") }
      consistentSnapshot = value
    } else {
      consistentSnapshot = false
    }
    keys = try ListedKey.all(signed["keys"])
    roles = [:]
    for name in [ExactText.root, .timestamp, .snapshot, .targets] {
      guard let view = signed["roles"]?[name] else { throw FormError("'roles' does not have \(name)") }
      roles[name] = try RoleKeys(view)
    }
  }

  /// What `rotated` says of a root after `before`.
  func rotated(since before: RootRole) -> [ExactText] {
    [ExactText.root, .timestamp, .snapshot, .targets].filter { name in
      guard let old = before.roles[name], let new = roles[name] else { return true }
      return new.threshold > old.threshold || old.keyIDs.contains { !new.keyIDs.contains($0) || keys[$0] != before.keys[$0] }
    }
  }

  /// SHA-256 over a role's keys and threshold, whatever their order.
  func fingerprint(of role: ExactText) -> String {
    guard let listed = roles[role] else { return "" }
    let lines = listed.keyIDs.map { id in
      let key = keys[id]
      return Hex.encode(id.utf8) + " \(key?.type ?? "") \(key?.scheme ?? "") " + Hex.encode((key?.publicText ?? "").utf8)
    }
    return Hex.encode(Digests.sha256(Array((lines.sorted() + ["\(listed.threshold)"]).joined(separator: "\n").utf8)))
  }
}

/// What snapshot and timestamp list of a metadata file.
package struct MetaFile: Hashable, Sendable {
  package var version: Int64
  package var content: ContentCheck

  init(_ view: JSONView) throws(FormError) {
    guard view.isObject else { throw FormError("an entry of 'meta' is not an object") }
    version = try Envelope.version(view["version"])
    content = try ContentCheck(view, requiresBoth: false)
  }
}

/// Which snapshot is current (section 4.6).
package struct TimestampRole: Sendable {
  package var version: Int64
  package var expires: WallTime
  package var snapshot: MetaFile
  /// By how many of the root's keys it is signed, once that was checked.
  package var signed = SignatureCount()

  init(_ envelope: Envelope) throws(FormError) {
    version = envelope.version
    expires = envelope.expires
    guard let meta = envelope.signed["meta"]?["snapshot.json"] else { throw FormError("'meta' does not have snapshot.json") }
    snapshot = try MetaFile(meta)
  }
}

/// The versions of all targets metadata that belong together (section 4.4).
package struct SnapshotRole: Sendable {
  package var version: Int64
  package var expires: WallTime
  /// By role name and `.json`.
  package var meta: [ExactText: MetaFile]
  /// By how many of the root's keys it is signed, once that was checked.
  package var signed = SignatureCount()

  init(_ envelope: Envelope) throws(FormError) {
    version = envelope.version
    expires = envelope.expires
    guard let view = envelope.signed["meta"], view.isObject else { throw FormError("'meta' is not an object") }
    meta = [:]
    meta.reserveCapacity(view.count)
    for (name, entry) in view.members {
      guard let name = name.exact else { continue }
      meta[name] = try MetaFile(entry)
    }
  }

  package func file(of role: ExactText) -> MetaFile? { meta[ExactText(utf8: role.utf8 + Array(".json".utf8))] }
}
