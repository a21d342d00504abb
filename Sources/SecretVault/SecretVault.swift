import Crypto
package import World

/// Secrets on disk, each sealed with a data key (AES-256-GCM) that is wrapped by a root key. Owner, name and version are bound to each record.
///
/// A change is one replacement of the sealed manifest: a crash at any step leaves either all of the old state or all of the new one.
/// Damage of any file is found when the vault is opened or the record read, named, moved to `damaged/` and reported; the other secrets go on.
/// What it cannot find out: that the whole directory was put back to an earlier state.
package struct SecretVault: Sendable {
  /// Bytes of one secret.
  package static let largestSecret = 65_536
  package static let mostSecrets = 10_000

  let directory: String
  let files: any Files
  let random: any RandomSource
  var ring: RootKeyRing
  var manifest: VaultManifest
  var dataKeys: [String: DataKey] = [:]
  /// The last commit reached copy `a` only.
  var staleCopy = false
  private(set) var findings: [VaultFinding] = []

  /// Opens the vault in `directory`, which exists, or makes an empty one. Finishes what a crash cut short; checks every record.
  /// Throws when the root key cannot be had or is the wrong one, and when the disk fails: nothing is changed then.
  package init(directory: String, rootKey places: RootKeyPlaces, files: any Files, random: any RandomSource) throws(VaultError) {
    self.directory = directory
    self.files = files
    self.random = random
    let traces = try Self.disk { () throws(FileError) in
      try files.makeDirectory(directory + "/records", mode: 0o700)
      try files.makeDirectory(directory + "/damaged", mode: 0o700)
      let (a, b) = (try files.info(directory + "/manifest.a"), try files.info(directory + "/manifest.b"))
      let records = try files.list(directory + "/records")
      return a != nil || b != nil || !records.isEmpty
    }
    ring = try RootKeyRing.find(places, own: directory + "/root.key", isEmpty: !traces, files, random)
    manifest = VaultManifest(currentKey: "", keys: [:])
    try load()
  }

  package var rootKeyOrigin: RootKeyPlaces.Origin { ring.origin }
  package var count: Int { manifest.entries.count }
  /// Counts the changes.
  package var generation: UInt64 { manifest.generation }
  /// The id of the data key that new records are sealed with.
  package var dataKeyID: String { manifest.currentKey }

  /// The names of one owner's secrets, sorted; damaged ones too.
  package func names(of owner: String) -> [String] { manifest.entries.filter { $0.owner == owner }.map(\.name).sorted() }

  /// Secrets whose files were damaged and that were not stored again since.
  package var damaged: [SecretName] { manifest.entries.filter { $0.damage != nil }.map(\.secret) }

  /// Stores a secret; replaces one of that name. Durable when it returns.
  package mutating func put(_ name: SecretName, _ secret: SecretBytes) throws(VaultError) {
    try check(name)
    guard secret.count <= Self.largestSecret else { throw .tooLarge(limit: Self.largestSecret) }
    let old = manifest.entry(name)
    guard old != nil || manifest.entries.count < Self.mostSecrets else { throw .full(limit: Self.mostSecrets) }
    guard let key = dataKeys[manifest.currentKey] else { throw .sealing }
    var entry = old ?? VaultManifest.Entry(id: Hex.encode(random.bytes(16)), owner: name.owner, name: name.name, version: 0, key: key.id)
    entry.version += 1
    entry.key = key.id
    entry.damage = nil
    try write(entry, secret, key)
    var next = manifest
    next.set(entry)
    try commit(next)
    if let old { discard(old) }
  }

  /// Throws `.badName`, `.notFound`, `.damaged` or `.storage`.
  package mutating func get(_ name: SecretName) throws(VaultError) -> SecretBytes {
    try check(name)
    guard let entry = manifest.entry(name) else { throw .notFound(name) }
    if let damage = entry.damage { throw .damaged(name, damage) }
    switch try read(entry) {
    case .success(let secret): return secret
    case .failure(let damage):
      note([entry: damage.kind])
      throw .damaged(name, damage.kind)
    }
  }

  /// Throws `.badName`, `.notFound` or `.storage`.
  package mutating func remove(_ name: SecretName) throws(VaultError) {
    try check(name)
    guard let entry = manifest.entry(name) else { throw .notFound(name) }
    var next = manifest
    next.entries.removeAll { $0 == entry }
    try commit(next)
    discard(entry)
  }

  /// What was found damaged since the last call.
  package mutating func takeFindings() -> [VaultFinding] {
    defer { findings = [] }
    return findings
  }

  mutating func report(_ subject: VaultFinding.Subject, _ damage: VaultDamage, movedTo: String? = nil) {
    findings.append(VaultFinding(subject: subject, damage: damage, movedTo: movedTo))
  }

  /// A name that cannot be one is not repeated in the error: it may be a secret in the wrong place.
  private func check(_ name: SecretName) throws(VaultError) {
    guard name.isValid else { throw .badName("a name of 1 to \(SecretName.longest) letters, digits, '.', '_', '-', '/' or ':'") }
  }

  func path(of entry: VaultManifest.Entry) -> String { directory + "/records/" + entry.file }

  func write(_ entry: VaultManifest.Entry, _ secret: SecretBytes, _ key: DataKey) throws(VaultError) {
    let record = VaultRecord(id: entry.id, key: key.id, version: entry.version, generation: manifest.generation + 1)
    let bytes = try record.encode(secret, entry.secret, key.key, random)
    try Self.disk { () throws(FileError) in try files.replace(path(of: entry), with: bytes, mode: 0o600, step: .vaultRecord) }
  }

  /// Throws `.storage` when the disk fails for another reason than that the file is gone.
  func read(_ entry: VaultManifest.Entry) throws(VaultError) -> Result<SecretBytes, RecordDamage> {
    do throws(FileError) {
      return VaultRecord.open(try files.read(path(of: entry)), as: entry, dataKeys[entry.key]?.key)
    } catch {
      guard error.kind == .notFound else { throw .storage(error) }
      return .failure(RecordDamage(kind: .missing))
    }
  }

  /// Makes `next` the state: copy `a` is the commit, copy `b` follows. Throws only if copy `a` failed; then the state is the old one.
  mutating func commit(_ next: VaultManifest) throws(VaultError) {
    if staleCopy { staleCopy = (try? writeCopy("b", manifest, ring.key)) == nil }
    var next = next
    next.generation = manifest.generation + 1
    try writeCopy("a", next, ring.key)
    manifest = next
    staleCopy = (try? writeCopy("b", next, ring.key)) == nil
  }

  func writeCopy(_ copy: String, _ manifest: VaultManifest, _ root: RootKey) throws(VaultError) {
    let bytes = try ManifestFile.encode(manifest, root, random)
    let step: DurableStep = copy == "a" ? .vaultManifestA : .vaultManifestB
    try Self.disk { () throws(FileError) in try files.replace(directory + "/manifest." + copy, with: bytes, mode: 0o600, step: step) }
  }

  /// Removes a record's file that no manifest names any more; what stays behind is swept at the next opening.
  func discard(_ entry: VaultManifest.Entry) { try? files.remove(path(of: entry)) }

  static func disk<Value>(_ body: () throws(FileError) -> Value) throws(VaultError) -> Value {
    do throws(FileError) { return try body() } catch { throw .storage(error) }
  }
}
