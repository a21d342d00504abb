import Fleet
import Foundation
import Scenarios
import ScenariosYAML
import Testing

/// The schema and the reader know the same fields.
@Suite struct SchemaTests {
  private let path = "\(root)/config/scenarios/scenario.schema.json"

  private func shapes() throws -> [String: [String: Any]] {
    let schema = try #require(try JSONSerialization.jsonObject(with: Data(ScenarioSchema.text.utf8)) as? [String: Any])
    var out = try #require(schema["$defs"] as? [String: [String: Any]])
    out["scenario"] = schema
    return out
  }

  @Test func theFileIsTheOneThatIsMade() throws {
    let text = try String(contentsOfFile: path, encoding: .utf8)
    #expect(text == ScenarioSchema.text, "write it anew: connector-lab scenario schema > config/scenarios/scenario.schema.json")
  }

  /// Every field that the reader asks for is in the schema, and every field of the schema is asked for by the reader.
  @Test func theReaderAsksForEveryField() throws {
    var asked: Set<String> = []
    for name in Pack.names { asked.formUnion(ScenarioReading.asked(try ScenariosYAML.document(try Pack.text(name), file: name))) }
    let all = small(
      "link: {latency: {shape: fixed, low: 1s}}\nfaults:\n  - {at: 1h, for: 1h, fault: latency, latency: {shape: fixed, low: 1s}, target: link c1}")
    asked.formUnion(ScenarioReading.asked(try ScenariosYAML.document(all, file: "x")))
    var known: Set<String> = []
    for (name, shape) in try shapes() {
      for field in try #require(shape["properties"] as? [String: Any]).keys { known.insert("\(name).\(field)") }
      #expect(shape["additionalProperties"] as? Bool == false, "\(name)")
    }
    #expect(asked == known)
  }

  /// A small validator of what our schema uses: fields, required ones, choices, patterns, kinds.
  @Test func thePackIsValid() throws {
    let shapes = try shapes()
    for name in Pack.names {
      var problems: [String] = []
      validate(try ScenariosYAML.document(try Pack.text(name), file: name), try #require(shapes["scenario"]), shapes, name, &problems)
      #expect(problems == [])
    }
    var problems: [String] = []
    validate(try ScenariosYAML.document("name: x\nseed: y\ncolor: red", file: "x"), try #require(shapes["scenario"]), shapes, "x", &problems)
    #expect(problems.count == 5, "\(problems)")
  }

  private func validate(
    _ node: DocumentNode, _ schema: [String: Any], _ shapes: [String: [String: Any]], _ path: String, _ problems: inout [String]
  ) {
    if let reference = schema["$ref"] as? String { return validate(node, shapes[String(reference.dropFirst(8))] ?? [:], shapes, path, &problems) }
    if let either = schema["anyOf"] as? [[String: Any]] {
      let tried = either.map { one -> [String] in
        var found: [String] = []
        validate(node, one, shapes, path, &found)
        return found
      }
      if !tried.contains([]) { problems += tried.first ?? [] }
      return
    }
    switch node.content {
    case .fields(let entries):
      let known = schema["properties"] as? [String: [String: Any]] ?? [:]
      let other = schema["additionalProperties"] as? [String: Any]
      for entry in entries {
        if let field = known[entry.key] ?? other {
          validate(entry.value, field, shapes, "\(path).\(entry.key)", &problems)
        } else {
          problems.append("\(path): unknown field \(entry.key)")
        }
      }
      for key in schema["required"] as? [String] ?? [] where !entries.contains(where: { $0.key == key }) { problems.append("\(path): no \(key)") }
    case .list(let items):
      guard let item = schema["items"] as? [String: Any] else { return problems.append("\(path): a list") }
      for (index, value) in items.enumerated() { validate(value, item, shapes, "\(path)[\(index)]", &problems) }
    case .text(let text):
      let types = schema["type"] as? [String] ?? (schema["type"] as? String).map { [$0] } ?? []
      if let names = schema["enum"] as? [String], !names.contains(text) { problems.append("\(path): \(text)") }
      if let pattern = schema["pattern"] as? String, text.range(of: pattern, options: .regularExpression) == nil {
        problems.append("\(path): \(text)")
      }
      if types == ["integer"], Int(text) == nil { problems.append("\(path): \(text)") }
      if types == ["boolean"], !["true", "false"].contains(text) { problems.append("\(path): \(text)") }
      if types == ["object"] || types == ["array"] { problems.append("\(path): \(text)") }
    case .nothing: problems.append("\(path): nothing")
    }
  }
}
