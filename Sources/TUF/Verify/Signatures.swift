internal import Crypto
internal import CryptoExtras
import StrictJSON

/// The public keys that this client can verify with.
enum VerifyingKey {
  case ed25519(Curve25519.Signing.PublicKey)
  case p256(P256.Signing.PublicKey)
  case rsa(_RSA.Signing.PublicKey, _RSA.Signing.Padding)

  /// Nil when type or scheme is unknown or the key's text is not such a key.
  ///
  /// The names are those of securesystemslib; a PSS salt is as long as the hash. RSA keys have 2048 bits or more.
  init?(_ key: ListedKey) {
    guard let text = key.publicText else { return nil }
    switch (key.type, key.scheme) {
    case ("ed25519", "ed25519"):
      guard let raw = HexDigits.bytes(Array(text.utf8)), let key = try? Curve25519.Signing.PublicKey(rawRepresentation: raw) else { return nil }
      self = .ed25519(key)
    case ("ecdsa", "ecdsa-sha2-nistp256"), ("ecdsa-sha2-nistp256", "ecdsa-sha2-nistp256"):
      guard let key = try? P256.Signing.PublicKey(pemRepresentation: text) else { return nil }
      self = .p256(key)
    case ("rsa", "rsassa-pss-sha256"), ("rsa", "rsa-pkcs1v15-sha256"):
      guard let rsa = try? _RSA.Signing.PublicKey(pemRepresentation: text) else { return nil }
      self = .rsa(rsa, key.scheme == "rsassa-pss-sha256" ? .PSS : .insecurePKCS1v1_5)
    default: return nil
    }
  }

  /// The same for the same key, however its text is laid out and whatever its id: one key counts once towards a threshold.
  var identity: [UInt8] {
    switch self {
    case .ed25519(let key): Array(key.rawRepresentation)
    case .p256(let key): Array(key.x963Representation)
    case .rsa(let key, _): Array(key.derRepresentation)
    }
  }

  func verifies(_ signature: [UInt8], _ message: [UInt8]) -> Bool {
    switch self {
    case .ed25519(let key): return key.isValidSignature(signature, for: message)
    case .p256(let key):
      guard let signature = try? P256.Signing.ECDSASignature(derRepresentation: signature) else { return false }
      return key.isValidSignature(signature, for: message)
    case .rsa(let key, let padding):
      return key.isValidSignature(_RSA.Signing.RSASignature(rawRepresentation: signature), for: SHA256.hash(data: message), padding: padding)
    }
  }
}

extension Envelope {
  /// Whether a threshold of different keys of `role` signed this (T1, T2). Signatures of unknown keys, and wrong ones, do not count and do no harm.
  ///
  /// - Returns: how many of them did, counted until there were enough.
  func verify(_ role: RoleKeys, keys: [ExactText: ListedKey], as name: ExactText, by delegator: String) throws(TrustError) -> SignatureCount {
    var bySigner: [ExactText: Signature] = [:]
    for signature in signatures { bySigner[signature.keyID] = signature }
    var signers: Set<[UInt8]> = []
    for id in role.keyIDs {
      guard let listed = keys[id], let signature = bySigner[id], let bytes = HexDigits.bytes(signature.text.utf8), !bytes.isEmpty,
        let key = VerifyingKey(listed)
      else { continue }
      if signers.contains(key.identity) { continue }
      if key.verifies(bytes, canonical) { signers.insert(key.identity) }
      if signers.count >= role.threshold { return SignatureCount(valid: signers.count, needed: role.threshold) }
    }
    throw TrustError(.notSigned, name, "signed by \(signers.count) of the keys that \(delegator) lists for it; \(role.threshold) are needed")
  }
}
