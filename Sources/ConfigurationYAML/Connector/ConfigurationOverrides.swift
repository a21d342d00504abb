import ConnectorSettings

/// `FIELD=VALUE` texts of a command line: the strongest layer of a configuration.
struct ConfigurationOverrides {
  /// What problems call the command line.
  static let name = "--set"

  let values: [String: Tree]

  /// - Parameter folder: what relative paths are taken from: the configuration file's folder, as in the file.
  init(_ texts: [String], folder: String) throws(ConfigurationProblems) {
    var values: [String: Tree] = [:]
    var problems: [ConfigurationProblem] = []
    for text in texts {
      switch Self.read(text, folder) {
      case .success(let (field, value)): values[field] = value
      case .failure(let problem): problems.append(problem)
      }
    }
    guard problems.isEmpty else { throw ConfigurationProblems(problems) }
    self.values = values
  }

  private static func read(_ text: String, _ folder: String) -> Result<(String, Tree), ConfigurationProblem> {
    func problem(_ field: String, _ text: String) -> Result<(String, Tree), ConfigurationProblem> {
      .failure(ConfigurationProblem(file: name, line: 0, column: 0, field: field, text: text))
    }
    guard let equals = text.firstIndex(of: "=") else {
      return problem("", "'\(text.prefix(80))' sets nothing; write FIELD=VALUE, such as logger.level=debug")
    }
    let path = String(text[..<equals])
    guard let field = ConfigurationFields.all.first(where: { $0.path == path }) else {
      let near = NearestKey.find(path, in: ConfigurationFields.all.map(\.path)).map { "did you mean '\($0)'?" }
      return problem(String(path.prefix(80)), "there is no such field; \(near ?? "docs/configuration.md lists them")")
    }
    let (tree, wrong) = ScalarReader.read(String(text[text.index(after: equals)...]), plain: true, as: field.shape)
    guard let tree, wrong == nil else { return problem(path, wrong ?? "expected \(field.shape.expected)") }
    if case .text(.path) = field.shape, case .text(let path) = tree { return .success((field.path, .text(ShapeReader.resolved(path, folder)))) }
    return .success((path, tree))
  }
}

extension Tree {
  /// Sets the value at `a.b.c`; records on the way are made.
  mutating func set(_ path: String, _ value: Tree) {
    guard let dot = path.firstIndex(of: ".") else { return put(path, value) }
    let key = String(path[..<dot])
    var inner = self[key] ?? .record([])
    inner.set(String(path[path.index(after: dot)...]), value)
    put(key, inner)
  }

  private mutating func put(_ key: String, _ value: Tree) {
    guard case .record(var members) = self else { return }
    if let index = members.firstIndex(where: { $0.key == key }) { members[index].value = value } else { members.append(.init(key, value)) }
    self = .record(members)
  }
}
