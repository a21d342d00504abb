import Crypto
import World

/// SHA-256 in lower-case hexadecimal: how secrets, tokens and configurations are kept and compared.
package enum Digest {
  package static func sha256(_ bytes: some Sequence<UInt8>) -> String {
    var hash = SHA256()
    hash.update(data: Array(bytes))
    return Hex.encode(hash.finalize())
  }

  package static func sha256(_ text: String) -> String { sha256(Array(text.utf8)) }
}
