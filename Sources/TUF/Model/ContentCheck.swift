package import StrictJSON

/// The length and hashes that metadata lists for a file: what makes T1 and T6 checkable.
package struct ContentCheck: Hashable, Sendable {
  /// Nil when none is listed.
  package var length: Int64?
  /// Those of a known function, in the order of the text; nil when no hashes are listed.
  package var hashes: [ListedHash]?

  /// Whether `bytes` are the file.
  func verify(_ bytes: [UInt8], _ role: ExactText) throws(TrustError) {
    var digest = RunningDigest(algorithms)
    bytes.withUnsafeBytes { digest.update($0) }
    try verify(digest, role)
  }

  /// The functions that a `RunningDigest` needs to know.
  package var algorithms: Set<HashAlgorithm> { Set((hashes ?? []).map(\.algorithm)) }

  /// Every listed hash of a known function must fit, and where hashes are listed, at least one function must be known.
  package func verify(_ digest: RunningDigest, _ subject: ExactText) throws(TrustError) {
    if let length, digest.count != length {
      throw TrustError(.wrongLength, subject, "it has \(digest.count) bytes; the metadata lists \(length)")
    }
    guard let hashes else { return }
    guard !hashes.isEmpty else { throw TrustError(.wrongHash, subject, "none of the listed hashes is SHA-256 or SHA-512") }
    for hash in hashes where digest.value(hash.algorithm) != hash.value {
      throw TrustError(.wrongHash, subject, "its \(hash.algorithm.rawValue) is not the one that the metadata lists")
    }
  }

  /// - Parameter requiresBoth: of a target; elsewhere length and hashes may be missing.
  init(_ view: JSONView, requiresBoth: Bool) throws(FormError) {
    if let length = view["length"] {
      guard let value = length.integer, value >= 0 else { throw FormError("'length' is not a whole number from 0") }
      self.length = value
    } else if requiresBoth {
      throw FormError("'length' is missing")
    }
    if let listed = view["hashes"] {
      hashes = try ListedHash.all(listed)
    } else if requiresBoth {
      throw FormError("'hashes' is missing")
    }
  }

  package init(length: Int64?, hashes: [ListedHash]?) {
    self.length = length
    self.hashes = hashes
  }
}

package struct ListedHash: Hashable, Sendable {
  package var algorithm: HashAlgorithm
  /// As it is written: part of the name that a consistent snapshot gives a target.
  package var text: ExactText
  /// Empty when the text is not hexadecimal: no file has such a hash.
  var value: [UInt8] { HexDigits.bytes(text.utf8) ?? [] }

  package init(algorithm: HashAlgorithm, text: ExactText) {
    self.algorithm = algorithm
    self.text = text
  }

  static func all(_ view: JSONView) throws(FormError) -> [ListedHash] {
    guard view.isObject, view.count > 0 else { throw FormError("'hashes' is not an object with at least one hash") }
    var found: [ListedHash] = []
    for (name, value) in view.members {
      guard value.isString else { throw FormError("a hash is not text") }
      guard let text = value.exact, let name = name.text, let algorithm = HashAlgorithm(rawValue: name) else { continue }
      found.append(ListedHash(algorithm: algorithm, text: text))
    }
    return found
  }
}

/// What is wrong with the form of metadata; becomes a `TrustError` with the role's name.
struct FormError: Error {
  var detail: String
  init(_ detail: String) { self.detail = detail }

  func about(_ role: ExactText) -> TrustError { TrustError(.malformed, role, "not TUF metadata: \(detail)") }
}
