package import World

/// Where the root key comes from: systemd's credential, else the configured file, else a file of the vault's own, made at first start.
package struct RootKeyPlaces: Hashable, Sendable {
  package enum Origin: String, Codable, Sendable { case credential, configuredFile, ownFile }
  /// The name that the unit passes the key by (`LoadCredential=` or `LoadCredentialEncrypted=`, systemd.exec(5)).
  package static let credentialName = "connectord.root-key"

  /// `$CREDENTIALS_DIRECTORY` (systemd.exec(5)); nil outside systemd.
  package var credentialsDirectory: String?
  package var configuredFile: String?

  package init(credentialsDirectory: String? = nil, configuredFile: String? = nil) {
    self.credentialsDirectory = credentialsDirectory
    self.configuredFile = configuredFile
  }
}

/// The root key in use and the others that the vault may still be sealed with.
struct RootKeyRing: Sendable {
  var origin: RootKeyPlaces.Origin
  var path: String
  var key: RootKey
  /// A rotation that was cut short left it: if the vault is sealed with it, the rotation is finished.
  var next: RootKey?
  /// Keys of before: if the vault is sealed with one, it is sealed anew with `key`.
  var earlier: [RootKey]

  static func nextPath(_ path: String) -> String { path + ".next" }

  /// - Parameter isEmpty: whether the vault has no file yet; only then a missing key of its own is made.
  static func find(_ places: RootKeyPlaces, own: String, isEmpty: Bool, _ files: any Files, _ random: any RandomSource) throws(VaultError)
    -> RootKeyRing
  {
    let ownKey = try optional(own, files, checkMode: true)
    if let folder = places.credentialsDirectory {
      // systemd sets the mode of credentials itself; with an access list the group bits show its mask, so they say nothing.
      let path = folder + "/" + RootKeyPlaces.credentialName
      if let key = try optional(path, files, checkMode: false) {
        let old = try optional(path + ".old", files, checkMode: false)
        return RootKeyRing(origin: .credential, path: path, key: key, next: nil, earlier: [old, ownKey].compactMap { $0 })
      }
    }
    if let path = places.configuredFile {
      guard let key = try optional(path, files, checkMode: true) else { throw .rootKeyMissing(path: path) }
      let next = try optional(nextPath(path), files, checkMode: true)
      return RootKeyRing(origin: .configuredFile, path: path, key: key, next: next, earlier: [ownKey].compactMap { $0 })
    }
    let next = try optional(nextPath(own), files, checkMode: true)
    if let ownKey { return RootKeyRing(origin: .ownFile, path: own, key: ownKey, next: next, earlier: []) }
    guard isEmpty else { throw .rootKeyMissing(path: own) }
    return RootKeyRing(origin: .ownFile, path: own, key: try make(own, step: .vaultRootKeyCreate, files, random), next: nil, earlier: [])
  }

  static func make(_ path: String, step: DurableStep, _ files: any Files, _ random: any RandomSource) throws(VaultError) -> RootKey {
    var bytes = random.bytes(RootKey.size)
    defer { wipe(&bytes) }
    do throws(FileError) { try files.replace(path, with: bytes, mode: 0o600, step: step) } catch { throw .storage(error) }
    guard let key = RootKey(file: bytes) else { throw .rootKeyMalformed(path: path) }
    return key
  }

  /// Nil when there is no such file.
  private static func optional(_ path: String, _ files: any Files, checkMode: Bool) throws(VaultError) -> RootKey? {
    guard let info = try SecretVault.disk({ () throws(FileError) in try files.info(path) }) else { return nil }
    if checkMode, info.mode & 0o077 != 0 { throw .rootKeyExposed(path: path, mode: info.mode) }
    var bytes = try SecretVault.disk { () throws(FileError) in try files.read(path) }
    defer { wipe(&bytes) }
    guard let key = RootKey(file: bytes) else { throw .rootKeyMalformed(path: path) }
    return key
  }
}

extension DurableStep {
  package static let vaultRootKeyCreate: Self = "vault.root-key.create"
  package static let vaultRootKeyNext: Self = "vault.root-key.next"
  package static let vaultRootKeyPromote: Self = "vault.root-key.promote"
  package static let vaultManifestA: Self = "vault.manifest.a"
  package static let vaultManifestB: Self = "vault.manifest.b"
  package static let vaultRecord: Self = "vault.record"
  package static let vaultSetAside: Self = "vault.set-aside"

  /// Every durable step of the vault.
  package static let vaultSteps: [DurableStep] = [
    .vaultRootKeyCreate, .vaultRootKeyNext, .vaultRootKeyPromote, .vaultManifestA, .vaultManifestB, .vaultRecord, .vaultSetAside,
  ]
}
