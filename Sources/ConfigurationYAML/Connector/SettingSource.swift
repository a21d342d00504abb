package import ConnectorSettings

/// Where a setting's value came from, the weakest first: each one gives way to the next.
package enum SettingSource: Hashable, Sendable, CustomStringConvertible {
  case builtIn
  /// The default configuration of the release, as it lies on this machine.
  case release(file: String, line: Int)
  /// The administrator's own file.
  case file(String, line: Int)
  case commandLine

  package var description: String {
    switch self {
    case .builtIn: "built in"
    case .release(let file, let line): "release, \(file):\(line)"
    case .file(let file, let line): "\(file):\(line)"
    case .commandLine: "command line"
    }
  }
}

/// A configuration, and where each of its settings came from.
package struct LayeredConfiguration: Sendable {
  package var value: ConnectorConfiguration
  /// By the field's path, such as `logger.level`; settings that nobody set and that have no default are missing.
  package var sources: [String: SettingSource]

  /// Every setting in the order of the reference page: its path, its value as a file writes it, and its source.
  package var lines: [(path: String, value: String, source: SettingSource)] {
    // Nothing of it fails to encode: it is texts, numbers and flags.
    guard let tree = try? Tree(encoding: value) else { return [] }
    return ConfigurationFields.all.compactMap { field in
      guard let value = tree.at(field.path), let source = sources[field.path] else { return nil }
      return (field.path, value.shown, source)
    }
  }
}
