import World

extension SecretVault {
  /// Seals every record with a new data key and forgets the old one: one commit, so a crash leaves all of the old or all of the new.
  /// A record that turns out damaged is set aside and reported. Returns how many were sealed anew.
  @discardableResult
  package mutating func rotateDataKey() throws(VaultError) -> Int {
    let key = DataKey.make(random)
    var next = manifest
    var moved: [VaultManifest.Entry] = []
    var damaged: [VaultManifest.Entry: VaultDamage] = [:]
    for (at, entry) in manifest.entries.enumerated() where entry.damage == nil {
      switch try read(entry) {
      case .success(let secret):
        next.entries[at].version += 1
        next.entries[at].key = key.id
        try write(next.entries[at], secret, key)
        moved.append(entry)
      case .failure(let damage):
        damaged[entry] = damage.kind
      }
    }
    next.currentKey = key.id
    next.keys = [key.id: try key.wrapped(by: ring.key, random)]
    try commit(next)
    dataKeys = [key.id: key]
    for entry in moved { discard(entry) }
    note(damaged)
    return moved.count
  }

  /// Makes a new root key, wraps the data keys with it and puts it in the old one's place. Cut short at any step, the next opening either
  /// finishes it or drops the new key. Throws `.rootKeyNotOurs` for a systemd credential, which only its owner can replace.
  package mutating func rotateRootKey() throws(VaultError) {
    guard ring.origin != .credential else { throw .rootKeyNotOurs(path: ring.path) }
    let path = ring.path
    let nextPath = RootKeyRing.nextPath(path)
    let root = try RootKeyRing.make(nextPath, step: .vaultRootKeyNext, files, random)
    var next = manifest
    next.generation += 1
    do throws(VaultError) {
      for key in dataKeys.values { next.keys[key.id] = try key.wrapped(by: root, random) }
      try writeCopy("a", next, root)
      try writeCopy("b", next, root)
      try promote(nextPath, path, root)
    } catch {
      // Back to the old key. If that fails too, both keys stay on disk and the next opening decides by what the manifest was sealed with.
      if (try? commit(manifest)) != nil, !staleCopy { try? files.remove(nextPath) }
      throw error
    }
    ring.key = root
    manifest = next
    staleCopy = false
  }

  /// A rename that reports an error may have happened all the same: then the new key stands at `path` and counts.
  private func promote(_ nextPath: String, _ path: String, _ root: RootKey) throws(VaultError) {
    do throws(FileError) {
      try files.rename(nextPath, to: path, step: .vaultRootKeyPromote)
    } catch {
      var bytes = (try? files.read(path)) ?? []
      defer { wipe(&bytes) }
      guard let there = RootKey(file: bytes), RootKey.same(there.fingerprint, root.fingerprint) else { throw .storage(error) }
    }
  }
}
