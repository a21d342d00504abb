package import BrokerConfiguration
import ConnectorSettings

/// Reads and writes the file form of a broker configuration, such as `config/broker.yaml`: YAML, or JSON, its subset.
package enum BrokerConfigurationYAML {
  /// Reads and checks a file. Problems, those of references too, come with line, column and field.
  ///
  /// - Parameter file: what problems call the file.
  package static func load(file: String, bytes: [UInt8]) throws(ConfigurationProblems) -> BrokerConfiguration {
    let text = YAMLText(file: file, bytes: bytes, sizeLimit: BrokerConfiguration.sizeLimit)
    if text.root == nil, !text.problems.isEmpty { throw ConfigurationProblems(text.problems) }
    var reader = ShapeReader(text, folder: "", nodes: 5_000_000)
    let tree = reader.read(text.root, as: BrokerShape.shape, "", at: .init(line: 1, column: 1))
    guard let tree, reader.problems.isEmpty else { throw ConfigurationProblems(reader.problems) }
    do {
      let configuration = try tree.decoded(as: BrokerConfiguration.self)
      for problem in configuration.problems() { reader.addAt(problem.path, problem.text) }
      if reader.problems.isEmpty { return configuration }
    } catch {
      reader.addAt("", "it cannot be used: \(error)")
    }
    throw ConfigurationProblems(reader.problems)
  }
}
