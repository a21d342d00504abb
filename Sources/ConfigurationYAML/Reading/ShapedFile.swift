/// Reads any file whose form is one record: missing keys take their defaults, every problem has line, column and field.
package enum ShapedFile {
  /// - Parameters:
  ///   - file: what problems call the file.
  ///   - folder: what relative paths are taken from; empty leaves them as they are.
  /// - Throws: every problem found.
  package static func load<Value: Decodable>(
    _ type: Value.Type, file: String, bytes: [UInt8], shape: Shape, folder: String = "", sizeLimit: Int = 1 << 20
  ) throws(ConfigurationProblems) -> Value {
    let text = YAMLText(file: file, bytes: bytes, sizeLimit: sizeLimit)
    if text.root == nil, !text.problems.isEmpty { throw ConfigurationProblems(text.problems) }
    var reader = ShapeReader(text, folder: folder, nodes: 20_000)
    let tree = reader.read(text.root, as: shape, "", at: .init(line: 1, column: 1))
    if let tree, reader.problems.isEmpty {
      do { return try tree.decoded(as: type) } catch { reader.addAt("", "it cannot be used: \(error)") }
    }
    throw ConfigurationProblems(reader.problems)
  }
}
