import ConnectorSettings

/// Builds a connector's configuration from its layers: what is built in, then the release's default configuration, then the administrator's file, then
/// what the command line says. A later layer sets what it names and leaves the rest.
package struct ConfigurationLayers {
  package struct File: Sendable {
    /// Absolute, so that relative paths in it can be taken from its folder.
    package var path: String
    package var bytes: [UInt8]
    /// What problems call it.
    package var shownAs: String

    package init(path: String, bytes: [UInt8], shownAs: String? = nil) {
      self.path = path
      self.bytes = bytes
      self.shownAs = shownAs ?? path
    }
  }

  private let file: File
  private let overrides: ConfigurationOverrides

  /// - Parameters:
  ///   - file: the administrator's.
  ///   - set: `FIELD=VALUE` of the command line; of two for a field the later counts.
  /// - Throws: every problem of the command line.
  package init(file: File, set: [String] = []) throws(ConfigurationProblems) {
    self.file = file
    overrides = try ConfigurationOverrides(set, folder: ConfigurationFile.folder(of: file.path))
  }

  /// - Parameter defaults: the release's default configuration, asked for with the folder of the releases as the stronger layers name it; nil when there is none.
  /// - Throws: `ConfigurationProblems` with every problem of the first layer that has any, or what `defaults` throws.
  package func load(defaults: (_ releases: String?) throws -> File?) throws -> LayeredConfiguration {
    let own = try read(file, ConfigurationFields.shape { overrides.values[$0] })
    let release = try defaults(own.tree.at("state.releases").flatMap { if case .text(let path) = $0 { path } else { nil } }).map(Self.defaults)
    var (tree, reader) = try read(file, ConfigurationFields.shape { overrides.values[$0] ?? release?.tree.at($0) })
    for (field, value) in overrides.values { tree.set(field, value) }
    let configuration: ConnectorConfiguration
    do { configuration = try tree.decoded(as: ConnectorConfiguration.self) } catch {
      reader.addAt("", "it cannot be used: \(error)")
      throw ConfigurationProblems(reader.problems)
    }
    let sources = sources(tree, reader, release?.reader)
    for (field, other, text) in ConfigurationRules.problems(configuration) {
      // The one of the two that somebody set: the other has its default.
      let place = place(field, reader, release?.reader) ?? place(other, reader, release?.reader)
      guard let place else {
        reader.addAt(field, text)
        continue
      }
      reader.problems.append(ConfigurationProblem(file: place.file, line: place.line, column: place.column, field: field, text: text))
    }
    guard reader.problems.isEmpty else { throw ConfigurationProblems(reader.problems) }
    return LayeredConfiguration(value: configuration, sources: sources)
  }

  /// Checks a release's default configuration by itself: its form, that it sets nothing that belongs to a machine, and that it goes together with what is
  /// built in. What an administrator's file says beside it is known only on the machine.
  ///
  /// - Throws: `ConfigurationProblems`.
  package static func check(defaults: File) throws {
    // A machine that says nothing of its own but what it must.
    let least = """
      connector: {fqdn: a.b, customer: c, resourceLocation: r, clientID: i, clientSecretFile: /s}
      cloud: {url: "https://a.b", caFile: /c}
      """
    _ = try Self(file: File(path: "/connectord.yaml", bytes: Array(least.utf8))).load { _ in defaults }
  }

  private static func defaults(_ file: File) throws(ConfigurationProblems) -> (tree: Tree, reader: ShapeReader) {
    var (tree, reader) = try reading(file, ConfigurationFields.partial)
    for field in ConfigurationFields.all where field.isMachines && reader.places[field.path] != nil {
      reader.addAt(
        field.path, "belongs to the machine, so a release has no default for it; take it out here and set it in the connector's own configuration")
    }
    guard reader.problems.isEmpty, let tree else { throw ConfigurationProblems(reader.problems) }
    return (tree, reader)
  }

  private func read(_ file: File, _ shape: Shape) throws(ConfigurationProblems) -> (tree: Tree, reader: ShapeReader) {
    let (tree, reader) = try Self.reading(file, shape)
    guard let tree, reader.problems.isEmpty else { throw ConfigurationProblems(reader.problems) }
    return (tree, reader)
  }

  private static func reading(_ file: File, _ shape: Shape) throws(ConfigurationProblems) -> (tree: Tree?, reader: ShapeReader) {
    let text = YAMLText(file: file.shownAs, bytes: file.bytes, sizeLimit: ConfigurationFile.sizeLimit)
    if text.root == nil, !text.problems.isEmpty { throw ConfigurationProblems(text.problems) }
    var reader = ShapeReader(text, folder: ConfigurationFile.folder(of: file.path), nodes: 20_000)
    let tree = reader.read(text.root, as: shape, "", at: .init(line: 1, column: 1))
    return (tree, reader)
  }

  private func place(_ field: String, _ own: ShapeReader, _ release: ShapeReader?) -> (file: String, line: Int, column: Int)? {
    if overrides.values[field] != nil { return (ConfigurationOverrides.name, 0, 0) }
    if let place = own.places[field] { return (own.file, place.line, place.column) }
    return release.flatMap { release in release.places[field].map { (release.file, $0.line, $0.column) } }
  }

  private func sources(_ tree: Tree, _ own: ShapeReader, _ release: ShapeReader?) -> [String: SettingSource] {
    var found: [String: SettingSource] = [:]
    for field in ConfigurationFields.all where tree.at(field.path) != nil {
      if overrides.values[field.path] != nil {
        found[field.path] = .commandLine
      } else if let place = own.places[field.path] {
        found[field.path] = .file(own.file, line: place.line)
      } else if let release, let place = release.places[field.path] {
        found[field.path] = .release(file: release.file, line: place.line)
      } else {
        found[field.path] = .builtIn
      }
    }
    return found
  }
}
