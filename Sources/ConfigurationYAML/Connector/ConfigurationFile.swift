package import ConnectorSettings
import World

/// Reads a connector's configuration file.
package enum ConfigurationFile {
  /// A configuration of all fields is about 3 KiB.
  package static let sizeLimit = 1 << 20

  /// Reads YAML (or JSON, its subset) as the only layer of a configuration. Missing keys take the defaults of the struct; relative paths are taken from the folder of `path`.
  ///
  /// - Parameters:
  ///   - path: the file's absolute path. A relative one leaves relative paths in the result.
  ///   - shownAs: what problems call the file; `path` unless given.
  /// - Throws: every problem found, with line, column and field.
  package static func load(path: String, bytes: [UInt8], shownAs: String? = nil) throws(ConfigurationProblems) -> ConnectorConfiguration {
    let file = ConfigurationLayers.File(path: path, bytes: bytes, shownAs: shownAs)
    do { return try ConfigurationLayers(file: file).load { _ in nil }.value } catch let problems as ConfigurationProblems { throw problems } catch {
      throw ConfigurationProblems([ConfigurationProblem(file: file.shownAs, line: 0, column: 0, field: "", text: "\(error)")])
    }
  }

  static func folder(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "" }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }
}
