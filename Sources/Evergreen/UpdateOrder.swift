package import Releases
package import World

/// What the cloud or an operator orders: a bundle that signed metadata names. Who may order it, and that the metadata is genuine, was checked before.
package struct UpdateOrder: Hashable, Sendable, Codable {
  /// Of the command, unique; a replay has the same.
  package var command: String
  package var version: ReleaseVersion
  package var bundle: Bundle

  package struct Bundle: Hashable, Sendable, Codable {
    package var sha256: ContentDigest
    /// Bytes.
    package var length: Int64

    package init(sha256: ContentDigest, length: Int64) {
      self.sha256 = sha256
      self.length = length
    }
  }

  package init(command: String, version: ReleaseVersion, bundle: Bundle) {
    self.command = command
    self.version = version
    self.bundle = bundle
  }
}
