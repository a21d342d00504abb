package import ConnectorSettings
import World

/// Reads a connector's configuration file.
package enum ConfigurationFile {
  /// A configuration of all fields is about 3 KiB.
  package static let sizeLimit = 1 << 20

  /// Reads YAML (or JSON, its subset). Missing keys take the defaults of the struct; relative paths are taken from the folder of `path`.
  ///
  /// - Parameters:
  ///   - path: the file's absolute path. A relative one leaves relative paths in the result.
  ///   - shownAs: what problems call the file; `path` unless given.
  /// - Throws: every problem found, with line, column and field.
  package static func load(path: String, bytes: [UInt8], shownAs: String? = nil) throws(ConfigurationProblems) -> ConnectorConfiguration {
    let text = YAMLText(file: shownAs ?? path, bytes: bytes, sizeLimit: sizeLimit)
    var reader = ShapeReader(text, folder: folder(of: path), nodes: 20_000)
    if text.root == nil, !text.problems.isEmpty { throw ConfigurationProblems(text.problems) }
    let tree = reader.read(text.root, as: ConfigurationFields.shape, "", at: .init(line: 1, column: 1))
    guard let tree, reader.problems.isEmpty else { throw ConfigurationProblems(reader.problems) }
    let configuration: ConnectorConfiguration
    do {
      configuration = try tree.decoded(as: ConnectorConfiguration.self)
    } catch {
      reader.addAt("", "it cannot be used: \(error)")
      throw ConfigurationProblems(reader.problems)
    }
    for (field, other, problem) in ConfigurationRules.problems(configuration) {
      // The one of the two that is in the file: the other has its default.
      reader.addAt(field, problem, place: reader.places[field] ?? reader.places[other])
    }
    guard reader.problems.isEmpty else { throw ConfigurationProblems(reader.problems) }
    return configuration
  }

  static func folder(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "" }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }
}
