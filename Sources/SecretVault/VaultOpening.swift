import World

extension SecretVault {
  /// Reads both manifest copies, settles on a state, makes the copies good and checks every record.
  mutating func load() throws(VaultError) {
    let keys = [ring.key] + [ring.next].compactMap { $0 } + ring.earlier
    let copies = [("a", try copy("a", keys)), ("b", try copy("b", keys))]
    var best: (copy: String, manifest: VaultManifest, root: RootKey)?
    for case (let name, .opened(let manifest, let root)?) in copies where best.map({ manifest.generation > $0.manifest.generation }) ?? true {
      best = (name, manifest, root)
    }
    guard let best else {
      for case (_, .otherKey?) in copies { throw .wrongRootKey(path: ring.path) }
      try startEmpty(copies)
      return
    }
    manifest = best.manifest
    try settleRoot(best.root)
    judge(copies, best.copy)
    for (id, wrapped) in manifest.keys { dataKeys[id] = DataKey(id: id, wrapped: wrapped, by: best.root) }
    if !RootKey.same(best.root.fingerprint, ring.key.fingerprint) { try wrapAnew() }
    try repair(copies)
    if let next = ring.next, RootKey.same(next.fingerprint, ring.key.fingerprint) == false { try? files.remove(RootKeyRing.nextPath(ring.path)) }
    ring.next = nil
    try sweep()
    try checkRecords()
  }

  private func copy(_ name: String, _ keys: [RootKey]) throws(VaultError) -> ManifestFile.Reading? {
    do throws(FileError) {
      return ManifestFile.decode(try files.read(directory + "/manifest." + name), keys)
    } catch {
      guard error.kind == .notFound else { throw .storage(error) }
      return nil
    }
  }

  /// A rotation of the root key that had got as far as the manifest is finished: the next key takes its place.
  private mutating func settleRoot(_ root: RootKey) throws(VaultError) {
    guard let next = ring.next, RootKey.same(next.fingerprint, root.fingerprint) else { return }
    // Copy b first: once the old key is gone, nothing may be sealed with it.
    try writeCopy("b", manifest, next)
    let path = ring.path
    try Self.disk { () throws(FileError) in try files.rename(RootKeyRing.nextPath(path), to: path, step: .vaultRootKeyPromote) }
    ring.key = next
  }

  /// The manifest was sealed with an earlier key: wrap all data keys with the present one.
  private mutating func wrapAnew() throws(VaultError) {
    var next = manifest
    for key in dataKeys.values { next.keys[key.id] = try key.wrapped(by: ring.key, random) }
    try commit(next)
  }

  /// Reports what is wrong with the copy that was not chosen. One generation behind is what a crash between the two leaves.
  private mutating func judge(_ copies: [(String, ManifestFile.Reading?)], _ chosen: String) {
    for (name, reading) in copies where name != chosen {
      switch reading {
      case .opened(let other, _)?:
        let behind = manifest.generation - other.generation
        if behind > 1 || (behind == 1 && name == "a") { report(.manifestCopy(name), .rolledBack) }
      case .otherKey?, .damaged?:
        let damage: VaultDamage = if case .damaged(let kind)? = reading { kind } else { .altered }
        report(.manifestCopy(name), damage, movedTo: setAside("manifest." + name, as: "manifest.\(name).\(manifest.generation)"))
      case nil:
        if name == "a" || manifest.generation > 1 { report(.manifestCopy(name), .missing) }
      }
    }
  }

  private mutating func repair(_ copies: [(String, ManifestFile.Reading?)]) throws(VaultError) {
    for (name, reading) in copies {
      if case .opened(let found, let root)? = reading, found.generation == manifest.generation, RootKey.same(root.fingerprint, ring.key.fingerprint) {
        continue
      }
      // A full disk must not keep the vault shut: the good copy is enough to go on.
      if (try? writeCopy(name, manifest, ring.key)) == nil { staleCopy = true }
    }
  }

  /// No manifest can be read: a new vault, or all is lost and set aside.
  private mutating func startEmpty(_ copies: [(String, ManifestFile.Reading?)]) throws(VaultError) {
    let directory = directory
    let files = files
    let left = try Self.disk { () throws(FileError) in try files.list(directory + "/records") }
    let wasThere = copies.contains { $0.1 != nil }
    if wasThere || !left.isEmpty {
      let mark = Hex.encode(random.bytes(4))
      for (name, reading) in copies where reading != nil { _ = setAside("manifest." + name, as: "manifest.\(name).\(mark)") }
      for file in left { _ = setAside("records/" + file, as: file + "." + mark) }
      report(.manifest, wasThere ? .altered : .missing, movedTo: directory + "/damaged")
    }
    let key = DataKey.make(random)
    manifest = VaultManifest(currentKey: key.id, keys: [key.id: try key.wrapped(by: ring.key, random)])
    dataKeys = [key.id: key]
    try commit(manifest)
  }

  /// Removes what a crash left in `records/`. A file that is younger than the next commit could be was written after a manifest that is gone.
  private mutating func sweep() throws(VaultError) {
    let directory = directory
    let files = files
    let known = Set(manifest.entries.map(\.file))
    for file in try Self.disk({ () throws(FileError) in try files.list(directory + "/records") }) where !known.contains(file) {
      let path = directory + "/records/" + file
      if let record = (try? files.read(path)).flatMap(VaultRecord.header(of:)), record.generation > manifest.generation + 1 {
        report(.file(file), .newerThanManifest, movedTo: setAside("records/" + file, as: file + ".orphan"))
      } else {
        try? files.remove(path)
      }
    }
  }

  private mutating func checkRecords() throws(VaultError) {
    var damaged: [VaultManifest.Entry: VaultDamage] = [:]
    for entry in manifest.entries where entry.damage == nil {
      if case .failure(let damage) = try read(entry) { damaged[entry] = damage.kind }
    }
    note(damaged)
  }

  /// Sets damaged records aside and remembers it in the manifest.
  mutating func note(_ damaged: [VaultManifest.Entry: VaultDamage]) {
    guard !damaged.isEmpty else { return }
    var next = manifest
    for (entry, damage) in damaged.sorted(by: { $0.key.secret.description < $1.key.secret.description }) {
      report(.record(entry.secret), damage, movedTo: damage == .missing ? nil : setAside("records/" + entry.file, as: entry.file))
      var marked = entry
      marked.damage = damage
      next.set(marked)
    }
    // The mark may wait for the next commit if the disk is full: the file is gone, so it is found missing again.
    if (try? commit(next)) == nil { manifest.entries = next.entries }
  }

  /// Moves a file to `damaged/`; the path there, or nil when that failed (it stays where it is and is reported again).
  func setAside(_ file: String, as name: String) -> String? {
    let target = directory + "/damaged/" + name
    return (try? files.rename(directory + "/" + file, to: target, step: .vaultSetAside)) == nil ? nil : target
  }
}
