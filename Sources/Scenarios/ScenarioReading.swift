/// Reads a scenario from a document, whatever parsed it.
package enum ScenarioReading {
  package static func read(_ root: DocumentNode, file: String) throws(ScenarioFileError) -> ScenarioFile {
    var reader = ScenarioReader(file: file)
    let scenario = reader.scenario(root)
    guard let scenario, reader.problems.isEmpty else { throw ScenarioFileError(reader.problems) }
    return scenario
  }

  /// The fields that reading this document asks for, as `shape.key`: held against the shapes by a test.
  package static func asked(_ root: DocumentNode) -> Set<String> {
    var reader = ScenarioReader(file: "")
    _ = reader.scenario(root)
    return reader.asked
  }
}
