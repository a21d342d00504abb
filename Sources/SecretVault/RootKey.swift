import Crypto
import World

/// The key that wraps all others. Each use has a key of its own, derived by HKDF-SHA256 (RFC 5869).
struct RootKey: Sendable {
  static let size = 32
  let wrapping: SymmetricKey
  let manifest: SymmetricKey
  /// Tells which root key a manifest was sealed with; says nothing about the key.
  let fingerprint: [UInt8]

  init(_ key: SymmetricKey) {
    func derive(_ use: String) -> SymmetricKey {
      HKDF<SHA256>.deriveKey(inputKeyMaterial: key, info: Array("connectord vault 1 \(use)".utf8), outputByteCount: 32)
    }
    wrapping = derive("wrap")
    manifest = derive("manifest")
    fingerprint = derive("fingerprint").withUnsafeBytes { Array($0.prefix(16)) }
  }

  /// Thirty-two bytes, or sixty-four hexadecimal digits and perhaps a line end. Nil for anything else.
  init?(file bytes: [UInt8]) {
    var raw: [UInt8] = []
    defer { wipe(&raw) }
    if bytes.count == Self.size {
      raw = bytes
    } else {
      var digits = bytes[...]
      if digits.last == 10 { digits.removeLast() }
      guard digits.count == 2 * Self.size else { return nil }
      raw.reserveCapacity(Self.size)
      for at in stride(from: digits.startIndex, to: digits.endIndex, by: 2) {
        guard let high = Self.hex(digits[at]), let low = Self.hex(digits[at + 1]) else { return nil }
        raw.append(high << 4 | low)
      }
    }
    self.init(SymmetricKey(data: raw))
  }

  private static func hex(_ byte: UInt8) -> UInt8? {
    switch byte {
    case 48...57: byte - 48
    case 65...70: byte - 55
    case 97...102: byte - 87
    default: nil
    }
  }

  /// Equal in a time that does not depend on where they differ.
  static func same(_ a: some Sequence<UInt8>, _ b: some Sequence<UInt8>) -> Bool {
    let (a, b) = (Array(a), Array(b))
    guard a.count == b.count else { return false }
    return zip(a, b).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
  }
}
