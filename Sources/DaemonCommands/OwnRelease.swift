import Glibc
import LiveWorld
import Releases
import TUF
package import World

/// The release that a program was started from: `release.json` in the folder above its own lists it.
package struct OwnRelease: Hashable, Sendable {
  package var version = RunningVersion()
  /// Why the release says nothing though it has a manifest; for the log.
  package var problem: String?

  /// Of this process; read once.
  package static let current = OwnRelease(program: DiskFiles().readableLink("/proc/self/exe"), files: DiskFiles())

  /// - Parameter program: an absolute path without links; nil when it is not known.
  package init(program: String?, files: any Files) {
    guard let program, let (root, path) = Self.split(program) else { return }
    let manifestPath = "\(root)/\(ReleaseManifest.fileName)"
    guard let info = try? files.info(manifestPath) else { return }
    do {
      let limits = ReleaseManifest.Limits()
      guard info.size <= limits.manifestBytes else { throw Unusable(description: "it has \(info.size) bytes") }
      let bytes = try files.read(manifestPath)
      let manifest = try ReleaseManifest(parsing: bytes, limits: limits)
      guard manifest.files.contains(where: { $0.path == path }) else { throw Unusable(description: "it does not list \(path)") }
      version = RunningVersion(
        connector: manifest.version.text, bootstrapper: manifest.bootstrapper.text, digest: Hex.encode(Digests.sha256(bytes)))
    } catch {
      problem = "\(manifestPath) cannot be used, so this program says the version that was compiled in, \(version.connector): \(error)"
    }
  }

  private struct Unusable: Error, CustomStringConvertible { var description: String }

  /// `/x/bin/connectord` lies in the release `/x` as `bin/connectord`.
  private static func split(_ program: String) -> (root: String, path: String)? {
    let parts = program.split(separator: "/")
    guard program.hasPrefix("/"), parts.count > 2 else { return nil }
    return ("/" + parts.dropLast(2).joined(separator: "/"), parts.suffix(2).joined(separator: "/"))
  }
}

extension DiskFiles {
  fileprivate func readableLink(_ path: String) -> String? { (try? readLink(path)) ?? nil }
}
