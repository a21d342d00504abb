/// What a release was built for. T8: a release runs only where both match.
package struct ReleasePlatform: Hashable, Sendable, CustomStringConvertible, Codable {
  package static let knownSystems = ["linux"]
  package static let knownArchitectures = ["aarch64", "x86_64"]

  package var os: String
  package var arch: String

  package init(os: String, arch: String) {
    self.os = os
    self.arch = arch
  }

  package var description: String { "\(os)/\(arch)" }

  /// Of this build.
  package static var current: ReleasePlatform {
    #if arch(arm64)
      ReleasePlatform(os: "linux", arch: "aarch64")
    #else
      ReleasePlatform(os: "linux", arch: "x86_64")
    #endif
  }
}
