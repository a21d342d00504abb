package import StrictJSON

/// Everything that bounds an update (T5). No number from a repository makes any of these larger.
package struct TrustLimits: Hashable, Sendable {
  /// Bytes of one root, timestamp, snapshot and targets file. A length that metadata lists counts if it is smaller.
  package var rootBytes = 512_000
  package var timestampBytes = 16_384
  package var snapshotBytes = 2_000_000
  package var targetsBytes = 5_000_000
  /// New roots in one update; the rest comes with the next update.
  package var rootSteps = 256
  /// Delegated roles that one search looks at.
  package var delegations = 32
  /// Bytes of one artifact, whatever the metadata lists.
  package var artifactBytes: Int64 = 64 << 30
  /// Levels of objects and arrays in metadata.
  package var depth = 32
  /// Values in one metadata file.
  package var values = 2_000_000

  package init() {}

  func bytes(of role: ExactText) -> Int {
    switch role {
    case .root: rootBytes
    case .timestamp: timestampBytes
    case .snapshot: snapshotBytes
    default: targetsBytes
    }
  }

  func json(_ role: ExactText) -> JSONLimits { JSONLimits(bytes: bytes(of: role), depth: depth, nodes: values) }
}

/// The top-level roles. No delegated role may bear one of these names.
extension ExactText {
  package static let root: ExactText = "root"
  package static let timestamp: ExactText = "timestamp"
  package static let snapshot: ExactText = "snapshot"
  package static let targets: ExactText = "targets"

  var isTopLevel: Bool { self == .root || self == .timestamp || self == .snapshot || self == .targets }
}
