package import StrictJSON
package import World

/// The trusted root: who may speak for each top-level role (section 4.3).
package struct RootRole: Sendable {
  package var version: Int64
  package var expires: WallTime
  package var consistentSnapshot: Bool
  package var keys: [ExactText: ListedKey]
  package var roles: [ExactText: RoleKeys]

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
