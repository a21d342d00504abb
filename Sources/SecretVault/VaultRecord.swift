import Crypto
import World

/// One sealed secret in one file. The header is readable, so that damage can be named; it is authenticated together with the owner and the name.
///
/// Layout, integers big-endian: magic 8, record id 16, data key id 16, version 8, generation 8, sealed length 8, sealed.
struct VaultRecord: Hashable, Sendable {
  static let magic = Array("CVSECR01".utf8)
  static let headerSize = 64

  var id: String
  var key: String
  var version: UInt64
  /// The manifest's generation that was to be committed with it.
  var generation: UInt64

  private var header: [UInt8] {
    Self.magic + Self.bytes(id) + Self.bytes(key) + Sealing.bigEndian(version) + Sealing.bigEndian(generation)
  }

  func encode(_ secret: SecretBytes, _ name: SecretName, _ key: SymmetricKey, _ random: any RandomSource) throws(VaultError) -> [UInt8] {
    var plain = secret.copy()
    defer { wipe(&plain) }
    let sealed = try Sealing.seal(plain, key, bound: Self.bound(header, name), random)
    return header + Sealing.bigEndian(UInt64(sealed.count)) + sealed
  }

  /// The header alone, unauthenticated; nil when there is none.
  static func header(of bytes: [UInt8]) -> VaultRecord? {
    guard bytes.count >= headerSize, Array(bytes.prefix(8)) == magic else { return nil }
    return VaultRecord(
      id: Hex.encode(bytes[8..<24]), key: Hex.encode(bytes[24..<40]), version: Sealing.number(bytes[40..<48]),
      generation: Sealing.number(bytes[48..<56]))
  }

  /// The secret, or in what way the bytes are not the entry's.
  static func open(_ bytes: [UInt8], as entry: VaultManifest.Entry, _ key: SymmetricKey?) -> Result<SecretBytes, RecordDamage> {
    guard bytes.count >= headerSize + Sealing.overhead else { return .failure(RecordDamage(kind: .truncated)) }
    guard let found = header(of: bytes) else { return .failure(RecordDamage(kind: .altered)) }
    if let key, found.id == entry.id, found.version == entry.version, found.key == entry.key {
      let length = Sealing.number(bytes[56..<64])
      if length > UInt64(bytes.count - headerSize) { return .failure(RecordDamage(kind: .truncated)) }
      if length == UInt64(bytes.count - headerSize),
        let plain = Sealing.open(bytes[headerSize...], key, bound: bound(Array(bytes.prefix(56)), entry.secret))
      {
        return .success(plain)
      }
      return .failure(RecordDamage(kind: .altered))
    }
    if found.id != entry.id { return .failure(RecordDamage(kind: .swapped)) }
    return .failure(RecordDamage(kind: found.version < entry.version ? .rolledBack : .altered))
  }

  private static func bound(_ header: [UInt8], _ name: SecretName) -> [UInt8] {
    Sealing.bind([header, Array(name.owner.utf8), Array(name.name.utf8)])
  }

  /// Sixteen bytes of an id in hexadecimal; ids come from a sealed manifest or are made here.
  private static func bytes(_ id: String) -> [UInt8] {
    let digits = Array(id.utf8)
    return (0..<16).map { at in
      let pair = digits.dropFirst(2 * at).prefix(2)
      return UInt8(String(decoding: pair, as: UTF8.self), radix: 16) ?? 0
    }
  }
}

struct RecordDamage: Error, Hashable { var kind: VaultDamage }
