package import World

/// How a release's files are called.
package enum BundleFile {
  /// `connectord-4.370.0.1227-linux-x86_64.tar.zst`: of the bundle where it was built, and the last part of its target path.
  package static func name(_ version: ReleaseVersion, _ platform: ReleasePlatform) -> String {
    "connectord-\(version)-\(platform.os)-\(platform.arch).tar.zst"
  }

  /// Its manifest, to be looked at; the bundle holds the same bytes.
  package static func manifestName(_ version: ReleaseVersion, _ platform: ReleasePlatform) -> String {
    "connectord-\(version)-\(platform.os)-\(platform.arch).json"
  }

  /// `releases/<version>/<name>`: what clients ask for.
  package static func target(_ version: ReleaseVersion, _ platform: ReleasePlatform) -> String {
    "releases/\(version)/\(name(version, platform))"
  }
}
