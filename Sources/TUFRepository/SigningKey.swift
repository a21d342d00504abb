internal import Crypto
internal import CryptoExtras
package import StrictJSON
import TUF

/// A private key that signs metadata, with the public part as metadata lists it.
///
/// The same Ed25519 key gives the same signature of the same bytes; the others are random.
package struct SigningKey: Sendable {
  private enum Kind: Sendable {
    case ed25519(Curve25519.Signing.PrivateKey)
    case p256(P256.Signing.PrivateKey)
    case rsa(_RSA.Signing.PrivateKey, _RSA.Signing.Padding)
  }

  private let kind: Kind
  /// Lower-case hexadecimal SHA-256 of the canonical form of the public part, as securesystemslib makes it.
  package let keyID: ExactText
  /// `keytype`, `scheme` and `keyval`.
  package let listed: JSONValue

  private init(_ kind: Kind, type: String, scheme: String, publicText: String) {
    self.kind = kind
    listed = ["keytype": .text(type), "scheme": .text(scheme), "keyval": ["public": .text(publicText)]]
    keyID = ExactText(hex(Digests.sha256(listed.canonical)))
  }

  /// - Parameter seed: 32 bytes; nil when it has another length.
  package static func ed25519(seed: [UInt8]) -> SigningKey? {
    guard let key = try? Curve25519.Signing.PrivateKey(rawRepresentation: seed) else { return nil }
    return ed25519(key)
  }

  package static func ed25519() -> SigningKey { ed25519(Curve25519.Signing.PrivateKey()) }

  private static func ed25519(_ key: Curve25519.Signing.PrivateKey) -> SigningKey {
    SigningKey(.ed25519(key), type: "ed25519", scheme: "ed25519", publicText: hex(Array(key.publicKey.rawRepresentation)))
  }

  package static func p256() -> SigningKey {
    let key = P256.Signing.PrivateKey()
    return SigningKey(.p256(key), type: "ecdsa", scheme: "ecdsa-sha2-nistp256", publicText: key.publicKey.pemRepresentation)
  }

  /// RSA with 3072 bits and PSS.
  package static func rsa() throws -> SigningKey {
    let key = try _RSA.Signing.PrivateKey(keySize: .bits3072)
    return SigningKey(.rsa(key, .PSS), type: "rsa", scheme: "rsassa-pss-sha256", publicText: key.publicKey.pemRepresentation)
  }

  /// A private key in PEM: P-256 or RSA.
  package static func pem(_ text: String) throws -> SigningKey {
    if let key = try? P256.Signing.PrivateKey(pemRepresentation: text) {
      return SigningKey(.p256(key), type: "ecdsa", scheme: "ecdsa-sha2-nistp256", publicText: key.publicKey.pemRepresentation)
    }
    let key = try _RSA.Signing.PrivateKey(pemRepresentation: text)
    return SigningKey(.rsa(key, .PSS), type: "rsa", scheme: "rsassa-pss-sha256", publicText: key.publicKey.pemRepresentation)
  }

  package func signature(_ message: [UInt8]) throws -> [UInt8] {
    switch kind {
    case .ed25519(let key): Array(try key.signature(for: message))
    case .p256(let key): Array(try key.signature(for: message).derRepresentation)
    case .rsa(let key, let padding): Array(try key.signature(for: SHA256.hash(data: message), padding: padding).rawRepresentation)
    }
  }

  /// Metadata: `signed` with the signatures of `keys` in their order.
  package static func sign(_ signed: JSONValue, with keys: [SigningKey]) throws -> [UInt8] {
    let message = signed.canonical
    let signatures = try keys.map { key -> JSONValue in ["keyid": .text(key.keyID), "sig": .text(hex(try key.signature(message)))] }
    return (["signatures": .array(signatures), "signed": signed] as JSONValue).document
  }
}
