internal import Crypto

/// The hash functions that metadata may name.
package enum HashAlgorithm: String, CaseIterable, Hashable, Sendable {
  case sha256, sha512
}

package enum Digests {
  package static func sha256(_ bytes: some Sequence<UInt8>) -> [UInt8] { hash(SHA256.self, bytes) }
  package static func sha512(_ bytes: some Sequence<UInt8>) -> [UInt8] { hash(SHA512.self, bytes) }

  package static func of(_ bytes: [UInt8], _ algorithm: HashAlgorithm) -> [UInt8] {
    switch algorithm {
    case .sha256: sha256(bytes)
    case .sha512: sha512(bytes)
    }
  }

  private static func hash<H: HashFunction>(_ function: H.Type, _ bytes: some Sequence<UInt8>) -> [UInt8] {
    var hash = H()
    if bytes.withContiguousStorageIfAvailable({ hash.update(bufferPointer: UnsafeRawBufferPointer($0)) }) == nil { hash.update(data: Array(bytes)) }
    return Array(hash.finalize())
  }
}

/// Hashes bytes as they come by, with the functions that are needed.
package struct RunningDigest {
  private var sha256: SHA256?
  private var sha512: SHA512?
  package private(set) var count: Int64 = 0

  package init(_ algorithms: Set<HashAlgorithm>) {
    sha256 = algorithms.contains(.sha256) ? SHA256() : nil
    sha512 = algorithms.contains(.sha512) ? SHA512() : nil
  }

  package mutating func update(_ bytes: UnsafeRawBufferPointer) {
    count += Int64(bytes.count)
    sha256?.update(bufferPointer: bytes)
    sha512?.update(bufferPointer: bytes)
  }

  package func value(_ algorithm: HashAlgorithm) -> [UInt8]? {
    switch algorithm {
    case .sha256: sha256.map { Array($0.finalize()) }
    case .sha512: sha512.map { Array($0.finalize()) }
    }
  }
}
