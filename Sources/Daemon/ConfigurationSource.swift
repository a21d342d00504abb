package import ConfigurationYAML
import ReleaseSlots
package import World

/// What the layers of a connector's configuration are read from; kept, because a reload reads them again.
package struct ConfigurationSource: Hashable, Sendable {
  /// The administrator's file, an absolute path.
  package var path: String
  /// `FIELD=VALUE` of the command line.
  package var set: [String]
  /// A release's default configuration to take instead of the one on this machine; for checks.
  package var defaults: String?

  package init(_ path: String, set: [String] = [], defaults: String? = nil) {
    self.path = path
    self.set = set
    self.defaults = defaults
  }

  /// - Parameters:
  ///   - candidate: what the administrator's file would hold instead; problems call it `candidate`.
  ///   - shownAs: what problems call the administrator's file; its path unless given.
  /// - Throws: `ConfigurationProblems`, or `FileError` when a file that is there, or the administrator's, cannot be read.
  package func load(_ files: any Files, candidate: [UInt8]? = nil, shownAs: String? = nil) throws -> LayeredConfiguration {
    let bytes = try candidate ?? files.read(path)
    let own = ConfigurationLayers.File(path: path, bytes: bytes, shownAs: candidate == nil ? shownAs : "candidate")
    return try ConfigurationLayers(file: own, set: set).load { releases in
      if let defaults { return ConfigurationLayers.File(path: defaults, bytes: try files.read(defaults)) }
      // A machine that has no release yet has no such file; built in is what counts then.
      guard let path = releases.map({ ReleaseSlots(files: files, root: $0).configurationPath }), try files.info(path) != nil else { return nil }
      return ConfigurationLayers.File(path: path, bytes: try files.read(path))
    }
  }
}
