import Crypto
import FoundationEssentials
import World

/// What the vault holds: the wrapped data keys, and each record with its version. Sealed, in two copies; replacing a copy is the commit.
struct VaultManifest: Codable, Hashable, Sendable {
  struct Entry: Codable, Hashable, Sendable {
    /// 16 random bytes in hexadecimal; a secret that was removed and stored again has a new one.
    var id: String
    var owner: String
    var name: String
    var version: UInt64
    /// The id of the data key that seals it.
    var key: String
    /// Set when its file was found damaged and moved aside.
    var damage: VaultDamage?

    var secret: SecretName { SecretName(owner: owner, name: name) }
    var file: String { "\(id)-\(version).secret" }
  }
  /// Counts the commits.
  var generation: UInt64 = 0
  var currentKey: String
  /// Wrapped data keys by id, in base64.
  var keys: [String: Data]
  var entries: [Entry] = []

  func entry(_ secret: SecretName) -> Entry? { entries.first { $0.owner == secret.owner && $0.name == secret.name } }

  mutating func set(_ entry: Entry) {
    if let at = entries.firstIndex(where: { $0.secret == entry.secret }) { entries[at] = entry } else { entries.append(entry) }
  }
}

/// The sealed form: a magic word, the root key's fingerprint, and the manifest bound to both.
enum ManifestFile {
  static let magic = Array("CVMANI01".utf8)
  static let headerSize = 24

  enum Reading {
    case opened(VaultManifest, RootKey)
    /// Sealed with a root key that is not at hand.
    case otherKey
    case damaged(VaultDamage)
  }

  static func encode(_ manifest: VaultManifest, _ root: RootKey, _ random: any RandomSource) throws(VaultError) -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    guard let json = try? encoder.encode(manifest) else { throw .sealing }
    let header = magic + root.fingerprint
    return header + (try Sealing.seal(json, root.manifest, bound: header, random))
  }

  static func decode(_ bytes: [UInt8], _ keys: [RootKey]) -> Reading {
    guard bytes.count >= headerSize + Sealing.overhead else { return .damaged(.truncated) }
    guard Array(bytes.prefix(8)) == magic else { return .damaged(.altered) }
    let header = Array(bytes.prefix(headerSize))
    guard let root = keys.first(where: { RootKey.same($0.fingerprint, header.dropFirst(8)) }) else { return .otherKey }
    guard let plain = Sealing.open(bytes.dropFirst(headerSize), root.manifest, bound: header) else { return .damaged(.altered) }
    guard let manifest = plain.withBytes({ try? JSONDecoder().decode(VaultManifest.self, from: Data($0)) }) else { return .damaged(.altered) }
    return .opened(manifest, root)
  }
}

/// A data key: it seals records and is itself wrapped by the root key, bound to its id.
struct DataKey: Sendable {
  var id: String
  var key: SymmetricKey

  static func make(_ random: any RandomSource) -> DataKey { DataKey(id: Hex.encode(random.bytes(16)), key: Sealing.newKey(random)) }

  func wrapped(by root: RootKey, _ random: any RandomSource) throws(VaultError) -> Data {
    do {
      return try key.withUnsafeBytes { plain in Data(try Sealing.seal(Array(plain), root.wrapping, bound: Self.bound(id), random)) }
    } catch {
      throw .sealing
    }
  }

  init(id: String, key: SymmetricKey) {
    self.id = id
    self.key = key
  }

  /// Nil when it was not wrapped by this root key under this id.
  init?(id: String, wrapped: Data, by root: RootKey) {
    guard let plain = Sealing.open(Array(wrapped)[...], root.wrapping, bound: Self.bound(id)), plain.count == 32 else { return nil }
    self.id = id
    key = plain.withBytes { SymmetricKey(data: $0) }
  }

  private static func bound(_ id: String) -> [UInt8] { Sealing.bind([Array("connectord data key".utf8), Array(id.utf8)]) }
}
