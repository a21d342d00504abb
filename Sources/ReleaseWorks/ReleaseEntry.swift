package import Releases
import StrictJSON
internal import TUF
internal import TUFRepository
package import World

/// Who gets a release: everybody, a ring by its name, or a share of all connectors.
package enum ReleaseRing: Hashable, Sendable, CustomStringConvertible, Codable {
  case all
  case named(String)
  /// 1 to 99.
  case percent(Int)

  /// `all`, `25%`, or a name of lower-case letters, digits and `-`; nil for anything else.
  package init?(_ text: String) {
    if text == "all" || text == "100%" {
      self = .all
    } else if let match = text.wholeMatch(of: #/([1-9][0-9]?)%/#), let percent = Int(match.1) {
      self = .percent(percent)
    } else if text.wholeMatch(of: #/[a-z][a-z0-9-]{0,39}/#) != nil {
      self = .named(text)
    } else {
      return nil
    }
  }

  package var description: String {
    switch self {
    case .all: "all"
    case .named(let name): name
    case .percent(let percent): "\(percent)%"
    }
  }

  package init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    guard let ring = ReleaseRing(try container.decode(String.self)) else {
      throw DecodingError.dataCorruptedError(in: container, debugDescription: "expected all, a ring's name, or a share such as 25%")
    }
    self = ring
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}

/// One release in the repository. `list --json` shows it as it is here.
package struct ReleaseEntry: Hashable, Codable, Sendable {
  package var version: ReleaseVersion
  package var platform: ReleasePlatform
  package var bootstrapper: ReleaseVersion
  package var floors: [ReleaseVersion]
  package var sha256: ContentDigest
  /// SHA-256 of its manifest, by which whoever runs it says what it runs; nil in a record from before this was kept.
  package var manifest: ContentDigest?
  /// Bytes.
  package var length: Int64
  /// Who gets it; nil until it is published.
  package var ring: ReleaseRing?
  package var isEmergency = false

  package init(_ bundle: ReleaseManifest, digest: ContentDigest?, sha256: ContentDigest, length: Int64) {
    version = bundle.version
    platform = bundle.platform
    bootstrapper = bundle.bootstrapper
    floors = bundle.floors
    manifest = digest
    self.sha256 = sha256
    self.length = length
  }

  package var target: String { BundleFile.target(version, platform) }

  /// The bundle's place below `targets/`: consistent snapshots put the digest before the name.
  package var place: String { "releases/\(version)/\(sha256).\(BundleFile.name(version, platform))" }

  func isSame(_ version: ReleaseVersion, _ platform: ReleasePlatform) -> Bool { self.version == version && self.platform == platform }

  var draft: TargetDraft { TargetDraft(length: length, sha256: sha256.bytes, custom: custom) }

  /// What the cloud and connectors read of a release without its bundle. Its `ring` is missing until it is published.
  private var custom: JSONValue {
    var value: JSONValue = [
      "version": .text(version.text), "bootstrapper": .text(bootstrapper.text), "emergency": .bool(isEmergency),
      "floors": .array(floors.map { .text($0.text) }), "platform": ["os": .text(platform.os), "arch": .text(platform.arch)],
    ]
    if let ring { value["ring"] = .text(ring.description) }
    return value
  }
}

extension ContentDigest {
  /// 32 bytes.
  var bytes: [UInt8] {
    let digits = text.utf8.map { $0 < 58 ? $0 - 48 : $0 - 87 }
    return stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
  }
}
