import BrokerConfiguration
import ConfigurationYAML
import ConnectorSettings
import FoundationEssentials
import Testing

/// The table of fields, the struct, the schema and the reference page say the same.
@Suite struct CoverageTests {
  /// Every field of the struct, the optional ones given.
  static func encoded() throws -> Tree {
    var full = ConnectorConfiguration(
      connector: .init(fqdn: "a.b", customer: "c", resourceLocation: "r", clientID: "i", clientSecretFile: "/s"),
      cloud: .init(url: "https://x", caFile: "/c"))
    full.state.controlSocket = "/x"
    full.state.releases = "/x"
    full.events.file = "/x"
    full.directory.file = "/x"
    full.directory.joinedDomain = "x.y"
    full.credentials.rootKeyFile = "/x"
    full.highAvailability.listen = "127.0.0.1:1"
    full.highAvailability.initialHA = TimeSpan(.seconds(1))
    full.highAvailability.pendingRecovery = TimeSpan(.seconds(1))
    full.remoteBroker.listen = "127.0.0.1:1"
    full.remoteBroker.staIdentity = "S"
    full.updates.root = "/x"
    full.updates.repository = "https://x"
    return try Tree(encoding: full)
  }

  static func leaves(_ tree: Tree, _ path: String = "") -> Set<String> {
    guard case .record(let members) = tree else { return [path] }
    return members.reduce(into: []) { $0.formUnion(leaves($1.value, path.isEmpty ? $1.key : "\(path).\($1.key)")) }
  }

  @Test func tableCoversExactlyTheStruct() throws {
    let table = ConfigurationFields.all.map(\.path)
    #expect(Set(table).count == table.count)
    #expect(Set(table) == Self.leaves(try Self.encoded()))
    #expect(Set(ConfigurationFields.blocks.map(\.key)) == Set(table.compactMap { $0.split(separator: ".").first.map(String.init) }))
    #expect(ConfigurationFields.all.allSatisfy { !$0.doc.isEmpty })
  }

  @Test func optionalStructFieldsAreThoseWithoutADefault() throws {
    let optional = ConfigurationFields.all.filter { if case .optional = ConfigurationFields.presence(of: $0) { true } else { false } }
    #expect(
      Set(optional.map(\.path)) == [
        "state.controlSocket", "state.releases", "events.file", "directory.file", "directory.joinedDomain", "credentials.rootKeyFile",
        "highAvailability.listen", "highAvailability.initialHA", "highAvailability.pendingRecovery", "remoteBroker.listen",
        "remoteBroker.staIdentity",
        "updates.root", "updates.repository",
      ])
  }

  @Test func defaultsOfTheStructFitTheirShapes() throws {
    let text = ConfigurationFields.all.reduce(into: leastFile) { text, field in
      guard case .defaulted(let value) = ConfigurationFields.presence(of: field) else { return }
      let parts = field.path.split(separator: ".")
      if parts[0] == "cloud" { text += "  \(parts[1]): \(value.shown)\n" }
    }
    var rest = text
    for block in ConfigurationFields.blocks.map(\.key) where block != "cloud" && block != "connector" {
      rest += "\(block):\n"
      for field in ConfigurationFields.all where field.path.hasPrefix(block + ".") {
        if case .defaulted(let value) = ConfigurationFields.presence(of: field) {
          rest += "  \(field.path.dropFirst(block.count + 1)): \(value.shown)\n"
        }
      }
    }
    #expect(try load(rest) == load(leastFile))
  }

  @Test func schemaNamesEveryField() throws {
    let schema = try JSONDecoder().decode(Tree.self, from: Data(JSONSchemaExport.connector().utf8))
    for field in ConfigurationFields.all {
      let path = "properties." + field.path.split(separator: ".").joined(separator: ".properties.")
      #expect(schema.at(path)?["description"] != nil, "\(field.path)")
      if case .defaulted(let value) = ConfigurationFields.presence(of: field) { #expect(schema.at(path)?["default"] == value) }
    }
    #expect(schema["required"] == .list([.text("connector"), .text("cloud")]))
    #expect(schema.at("properties.supervision.additionalProperties") == .flag(false))
  }

  @Test func referenceNamesEveryFieldWithItsDefault() {
    let page = ConfigurationReference.markdown()
    for field in ConfigurationFields.all { #expect(page.contains("| `\(field.path)` |"), "\(field.path)") }
    #expect(page.contains("| `supervision.pingEvery` | a duration from 10ms to 1h | `5s` |"))
    #expect(page.contains("| `cloud.url` | an https address such as https://cloud.example:8443 | **required** |"))
  }

  @Test func brokerShapeCoversExactlyTheBrokerConfiguration() throws {
    var full = BrokerConfiguration.generate(machines: 10)
    full.zones[0].resourceLocation = "rl"
    full.edgeServers = [.init(fqdn: "a.b", uuid: "u", peerAddress: "127.0.0.1:1")]
    let tree = try Tree(encoding: full)
    guard case .record(let kinds) = BrokerShape.shape else { return #expect(Bool(false), "the shape is a record") }
    #expect(Set(kinds.map(\.key)) == Set(Self.keys(tree)))
    for kind in kinds {
      guard case .list(.record(let fields)) = kind.shape, case .list(let objects)? = tree[kind.key] else { continue }
      let used = objects.reduce(into: Set<String>()) { $0.formUnion(Self.keys($1)) }
      #expect(Set(fields.map(\.key)) == used, "\(kind.key)")
    }
  }

  static func keys(_ tree: Tree) -> [String] {
    guard case .record(let members) = tree else { return [] }
    return members.map(\.key)
  }
}
