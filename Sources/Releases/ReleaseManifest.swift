package import World

/// What a release is and what it consists of. It is the first entry of a bundle, `release.json`:
///
/// ```json
/// {
///   "format": 1,
///   "version": "4.370.0.1227",                  four numbers
///   "bootstrapper": "6.109.0.1227",             counted on its own
///   "platform": {"os": "linux", "arch": "x86_64"},
///   "floors": ["4.300.0.0"],                    versions that a connector below them must run first; ascending, below "version"
///   "program": "bin/connectord",                what is started: an executable one of "files"
///   "default-configuration": "etc/defaults.yaml",  one of "files"; it is what an update resets the configuration to
///   "state-format": 7,                          optional: of the records it keeps
///   "files": [{"path": "bin/connectord", "sha256": "…64 digits…", "length": 1234, "mode": "0755"}]
/// }
/// ```
package struct ReleaseManifest: Hashable, Sendable {
  /// The name of the manifest in a bundle and in a slot.
  package static let fileName = "release.json"

  package struct File: Hashable, Sendable {
    /// Relative, checked by `ReleasePath`.
    package var path: String
    package var sha256: ContentDigest
    /// Bytes.
    package var length: Int64
    /// Permission bits; never set-user-id, never writable by others.
    package var mode: UInt32

    package init(path: String, sha256: ContentDigest, length: Int64, mode: UInt32) {
      self.path = path
      self.sha256 = sha256
      self.length = length
      self.mode = mode
    }
  }

  package var version: ReleaseVersion
  package var bootstrapper: ReleaseVersion
  package var platform: ReleasePlatform
  package var floors: [ReleaseVersion]
  package var program: String
  package var defaultConfiguration: String
  package var stateFormat: Int?
  package var files: [File]

  package init(
    version: ReleaseVersion, bootstrapper: ReleaseVersion, platform: ReleasePlatform, floors: [ReleaseVersion] = [], program: String,
    defaultConfiguration: String, stateFormat: Int? = nil, files: [File]
  ) {
    self.version = version
    self.bootstrapper = bootstrapper
    self.platform = platform
    self.floors = floors
    self.program = program
    self.defaultConfiguration = defaultConfiguration
    self.stateFormat = stateFormat
    self.files = files
  }

  /// Bytes of all files together.
  package var totalLength: Int64 { files.reduce(0) { $0 + $1.length } }

  /// The folders that the files lie in, parents first, without the release's own.
  package var folders: [String] {
    var all: Set<String> = []
    for file in files {
      let parts = file.path.split(separator: "/").dropLast()
      for end in parts.indices { all.insert(parts[...end].joined(separator: "/")) }
    }
    return all.sorted()
  }

  /// How large a release may be. Chosen: far above any real connector, far below what hurts a machine.
  package struct Limits: Hashable, Sendable {
    package var manifestBytes = 4 << 20
    package var files = 10_000
    package var fileLength: Int64 = 2 << 30
    package var totalLength: Int64 = 4 << 30
    package var floors = 100

    package init() {}
  }
}
