package import World

/// Names the place of one release on a machine: its version and the start of its manifest's digest, such as `4.370.0.1227-1f0c2d3e4b5a`.
/// The manifest lists the digest of each file, so the same name means the same bytes.
package struct SlotName: Hashable, Sendable, CustomStringConvertible, Codable {
  package let version: ReleaseVersion
  /// Twelve lower-case hexadecimal digits.
  package let digest: String

  package init(_ version: ReleaseVersion, _ digest: ContentDigest) {
    self.version = version
    self.digest = digest.short
  }

  package init?(_ text: String) {
    let parts = text.split(separator: "-", omittingEmptySubsequences: false)
    guard parts.count == 2, let version = ReleaseVersion(String(parts[0])), parts[1].utf8.count == 12,
      parts[1].utf8.allSatisfy({ (48...57).contains($0) || (97...102).contains($0) })
    else { return nil }
    self.version = version
    digest = String(parts[1])
  }

  package var description: String { "\(version)-\(digest)" }

  package init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    guard let name = SlotName(try container.decode(String.self)) else {
      throw DecodingError.dataCorruptedError(in: container, debugDescription: "expected a release such as 4.370.0.1227-1f0c2d3e4b5a")
    }
    self = name
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}
