import ConfigurationYAML
import Lab
import LiveWorld
import ReleaseWorks
import World

/// The default configuration that a release is going to carry.
enum ReleaseDefaults {
  /// A release with a wrong one would be taken back by each connector that tries it.
  ///
  /// - Parameters:
  ///   - named: by the command line; nil for the one in the folder, if that has one.
  ///   - folder: with the release's files.
  static func check(_ named: String?, from folder: String, _ files: any Files) throws {
    let path = DiskPath.absolute(named ?? "\(folder)/\(BundleMaker.configurationPath)")
    // A file that is missing is the maker's business.
    guard let info = try? files.info(path), !info.isDirectory, let bytes = try? files.read(path) else { return }
    do {
      try ConfigurationLayers.check(defaults: .init(path: path, bytes: bytes, shownAs: named ?? path))
    } catch {
      throw LabError(.configuration, "the release's default configuration is wrong; nothing was built:\n\(error)")
    }
  }
}
