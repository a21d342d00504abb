import ConnectorSettings
import FoundationEssentials

/// The JSON Schema (draft 2020-12) of a file, from its shape: what an editor checks while a person types.
package enum JSONSchemaExport {
  /// The text of `docs/connectord.schema.json`, with a line feed at its end.
  package static func connector() -> String { text(ConfigurationFields.shape, title: "connectord configuration") }

  package static func text(_ shape: Shape, title: String) -> String {
    var root = schema(shape)
    if case .record(let members) = root {
      root = .record(
        [.init("$schema", .text("https://json-schema.org/draft/2020-12/schema")), .init("title", .text(title))] + members)
    }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    // Nothing of a schema fails to encode: it is texts, numbers and flags.
    let bytes = (try? encoder.encode(root)) ?? Data()
    return String(decoding: bytes, as: UTF8.self) + "\n"
  }

  private static func schema(_ shape: Shape) -> Tree {
    switch shape {
    case .text(let form):
      var members: [Tree.Member] = [.init("type", .text("string"))]
      if form != .any { members.append(.init("minLength", .integer(1))) }
      if let pattern = pattern(form) { members.append(.init("pattern", .text(pattern))) }
      return .record(members)
    case .integer(let range):
      var members: [Tree.Member] = [.init("type", .text("integer")), .init("minimum", .integer(range.lowerBound))]
      if range.upperBound != .max { members.append(.init("maximum", .integer(range.upperBound))) }
      return .record(members)
    case .flag: return .record([.init("type", .text("boolean"))])
    case .choice(let words): return .record([.init("enum", .list(words.map(Tree.text)))])
    case .duration: return .record([.init("type", .text("string")), .init("pattern", .text("^([0-9]+(ms|s|m|h|d))+$"))])
    case .list(let item): return .record([.init("type", .text("array")), .init("items", schema(item))])
    case .settings:
      return .record([
        .init("type", .text("object")),
        .init("additionalProperties", .record([.init("type", .list(["string", "integer", "boolean"].map(Tree.text)))])),
      ])
    case .record(let fields):
      var members: [Tree.Member] = [
        .init("type", .text("object")), .init("additionalProperties", .flag(false)),
        .init("properties", .record(fields.map { .init($0.key, property($0)) })),
      ]
      let required = fields.compactMap { if case .required = $0.presence { Tree.text($0.key) } else { nil } }
      if !required.isEmpty { members.append(.init("required", .list(required))) }
      return .record(members)
    }
  }

  private static func property(_ field: ShapeField) -> Tree {
    guard case .record(var members) = schema(field.shape) else { return .null }
    var doc = field.doc
    switch field.shape {
    case .duration, .text(.hostPort), .text(.listener), .text(.httpsURL), .text(.hostName): doc += " Expected: \(field.shape.expected)."
    default: break
    }
    if !doc.isEmpty { members.append(.init("description", .text(doc))) }
    if case .defaulted(let value) = field.presence, !field.shape.isRecord { members.append(.init("default", value)) }
    return .record(members)
  }

  private static func pattern(_ form: TextForm) -> String? {
    switch form {
    case .any, .nonEmpty, .path: nil
    case .hostName: "^[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)+$"
    case .httpsURL: "^[Hh][Tt][Tt][Pp][Ss]://[^/@\\s]+/*$"
    case .hostPort: "^[^\\s/]+:[0-9]{1,5}$"
    case .listener: "^([^\\s/]+:[0-9]{1,5})?$"
    case .staIdentity: "^[0-9A-Z]{0,31}$"
    case .uuid: "^[0-9A-Fa-f]{8}-([0-9A-Fa-f]{4}-){3}[0-9A-Fa-f]{12}$"
    case .token: "^[^\\s/?#%]+$"
    }
  }
}
