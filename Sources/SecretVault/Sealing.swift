import Crypto
import FoundationEssentials
import World

/// AES-256-GCM (NIST SP 800-38D) with random 96-bit nonces. A sealed message is nonce, ciphertext and tag, one after the other.
enum Sealing {
  /// Nonce and tag.
  static let overhead = 28

  /// Throws only what the library throws for a wrong key size, which cannot be: keys here have 32 bytes.
  static func seal(_ plain: some DataProtocol, _ key: SymmetricKey, bound: [UInt8], _ random: any RandomSource) throws(VaultError) -> [UInt8] {
    do {
      let nonce = try AES.GCM.Nonce(data: random.bytes(12))
      let box = try AES.GCM.seal(plain, using: key, nonce: nonce, authenticating: bound)
      return Array(box.nonce) + Array(box.ciphertext) + Array(box.tag)
    } catch {
      throw .sealing
    }
  }

  /// Nil unless the message was sealed with this key and exactly these bound bytes.
  static func open(_ sealed: ArraySlice<UInt8>, _ key: SymmetricKey, bound: [UInt8]) -> SecretBytes? {
    guard sealed.count >= overhead,
      let nonce = try? AES.GCM.Nonce(data: sealed.prefix(12)),
      let box = try? AES.GCM.SealedBox(nonce: nonce, ciphertext: sealed.dropFirst(12).dropLast(16), tag: sealed.suffix(16)),
      var plain = try? AES.GCM.open(box, using: key, authenticating: bound)
    else { return nil }
    defer { plain.resetBytes(in: plain.startIndex..<plain.endIndex) }
    return SecretBytes(plain)
  }

  /// A new random key.
  static func newKey(_ random: any RandomSource) -> SymmetricKey {
    var bytes = random.bytes(32)
    defer { wipe(&bytes) }
    return SymmetricKey(data: bytes)
  }

  /// Length-prefixed parts, so that no two lists of parts give the same bytes.
  static func bind(_ parts: [[UInt8]]) -> [UInt8] { parts.flatMap { bigEndian(UInt64($0.count)) + $0 } }

  static func bigEndian(_ number: UInt64) -> [UInt8] { stride(from: UInt64(56), through: 0, by: -8).map { UInt8(truncatingIfNeeded: number >> $0) } }

  static func number(_ bytes: ArraySlice<UInt8>) -> UInt64 { bytes.reduce(0) { $0 << 8 | UInt64($1) } }
}
