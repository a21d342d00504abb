package import World

/// Where a connector stands in a rollout: a hash of its id and the version, so that it is the same in every run and another for every release (F14).
package enum Buckets {
  package static let count = 10_000

  /// In `0..<10_000`: hundredths of a percent.
  package static func bucket(_ connector: String, _ version: ReleaseVersion) -> Int {
    Int(hash(connector, version, salt: 0).multipliedFullWidth(by: UInt64(count)).high)
  }

  /// A delay that spreads starts: in `0..<limit`, always the same for one connector and version (F13).
  package static func splay(_ connector: String, _ version: ReleaseVersion, limit: Duration) -> Duration {
    let bound = UInt64(max(0, limit.nanoseconds / 1_000))
    return .microseconds(Int64(hash(connector, version, salt: 1).multipliedFullWidth(by: bound).high))
  }

  /// FNV-1a (64 bit), then the finaliser of SplitMix64: FNV alone leaves the high bits of similar ids alike.
  private static func hash(_ connector: String, _ version: ReleaseVersion, salt: UInt8) -> UInt64 {
    var h: UInt64 = 0xcbf2_9ce4_8422_2325
    for text in [connector, version.text] {
      for byte in text.utf8 { h = (h ^ UInt64(byte)) &* 0x100_0000_01b3 }
      h = (h ^ UInt64(salt)) &* 0x100_0000_01b3
    }
    h = (h ^ h >> 30) &* 0xbf58_476d_1ce4_e5b9
    h = (h ^ h >> 27) &* 0x94d0_49bb_1331_11eb
    return h ^ h >> 31
  }
}
