/// The JSON Schema (draft 2020-12) of scenario files, made from the same shapes as the reader.
package enum ScenarioSchema {
  package static var text: String {
    var root: [(String, JSON)] = [
      ("$schema", .text("https://json-schema.org/draft/2020-12/schema")), ("title", .text("connectord scenario")),
    ]
    root += object(Shapes.scenario)
    root.append(("$defs", .object(Shapes.all.dropFirst().map { ($0.name, .object(object($0))) })))
    return JSON.object(root).text(0) + "\n"
  }

  private static func object(_ shape: Shape) -> [(String, JSON)] {
    let required = shape.fields.filter(\.isRequired).map { JSON.text($0.key) }
    return [
      ("type", .text("object")), ("description", .text(shape.says)), ("additionalProperties", .bare("false")),
    ] + (required.isEmpty ? [] : [("required", .list(required))])
      + [
        (
          "properties",
          .object(shape.fields.map { ($0.key, .object([("description", .text($0.says))] + type($0.type))) })
        )
      ]
  }

  private static func type(_ type: FieldType) -> [(String, JSON)] {
    switch type {
    case .text: string()
    case .duration: string("^-?([0-9]+d)?([0-9]+h)?([0-9]+m)?([0-9]+s)?([0-9]+ms)?([0-9]+us)?([0-9]+ns)?([0-9]+as)?$")
    case .window: string("^([0-9]+h)?([0-9]+m)?([0-9]+s)?$")
    case .time: string("^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}([.][0-9]+)?Z$")
    case .version: string("^[0-9]{1,9}([.][0-9]{1,9}){3}$")
    case .flag: [("type", .text("boolean"))]
    case .number(let range):
      [("type", .text("integer")), ("minimum", .bare("\(range.lowerBound)"))]
        + (range.upperBound == .max ? [] : [("maximum", .bare("\(range.upperBound)"))])
    case .seeds: [("type", .list([.text("integer"), .text("string")])), ("pattern", .text("^[0-9]+([.][.][0-9]+)?$"))]
    case .zone, .schedule: string()
    case .countRange: [("type", .list([.text("integer"), .text("string")])), ("pattern", .text("^[0-9]*([.][.][0-9]*)?$"))]
    case .counts: [("type", .text("object")), ("additionalProperties", .object(Self.type(.countRange)))]
    case .choice(let names): [("enum", .list(names.map { .text($0) }))]
    case .shape(let name): [("$ref", .text("#/$defs/\(name)"))]
    case .list(let item): [("type", .text("array")), ("items", .object(Self.type(item)))]
    case .some(let item): [("anyOf", .list([.object(Self.type(item)), .object(Self.type(.list(item)))]))]
    }
  }

  private static func string(_ pattern: String? = nil) -> [(String, JSON)] {
    [("type", .text("string"))] + (pattern.map { [("pattern", .text($0))] } ?? [])
  }

  private enum JSON {
    case text(String)
    case bare(String)
    case list([JSON])
    case mapping([Entry])

    struct Entry {
      var key: String
      var value: JSON
    }

    static func object(_ fields: [(String, JSON)]) -> JSON { .mapping(fields.map { Entry(key: $0.0, value: $0.1) }) }

    func text(_ indent: Int) -> String {
      let pad = String(repeating: " ", count: indent + 2)
      switch self {
      case .text(let text): return Self.quoted(text)
      case .bare(let text): return text
      case .list(let items): return "[" + items.map { $0.text(indent) }.joined(separator: ", ") + "]"
      case .mapping(let entries):
        guard entries.contains(where: { if case .mapping = $0.value { true } else { false } }) else {
          return "{ " + entries.map { "\(Self.quoted($0.key)): \($0.value.text(indent))" }.joined(separator: ", ") + " }"
        }
        let lines = entries.map { "\(pad)\(Self.quoted($0.key)): \($0.value.text(indent + 2))" }.joined(separator: ",\n")
        return "{\n\(lines)\n\(String(repeating: " ", count: indent))}"
      }
    }

    /// Our own texts have no control characters.
    private static func quoted(_ text: String) -> String {
      "\"" + text.flatMap { $0 == "\"" || $0 == "\\" ? ["\\", $0] : [$0] } + "\""
    }
  }
}
