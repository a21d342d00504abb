package import ControlAPI

/// JSON for people when nothing better is known of it: an object is a list of names and values, a list of objects is a table.
package enum JSONText {
  /// - Parameter columns: the order of columns or names; the others follow in alphabetical order.
  package static func text(_ value: JSONValue, columns: [String] = []) -> String {
    switch value {
    case .object(let members): return object(members, columns)
    case .array(let elements): return elements.isEmpty ? "none\n" : list(elements, columns)
    default: return cell(value) + "\n"
    }
  }

  private static func object(_ members: [String: JSONValue], _ columns: [String]) -> String {
    var table = TextTable()
    var below = ""
    for name in order(Set(members.keys), columns) {
      guard let value = members[name] else { continue }
      if case .array(let elements) = value, elements.contains(where: \.isObject) {
        below += "\n\(name)\n" + list(elements, columns)
      } else if case .object(let inner) = value {
        for key in order(Set(inner.keys), columns) { table.add(["\(name).\(key)", inner[key].map(cell) ?? "-"]) }
      } else {
        table.add([name, cell(value)])
      }
    }
    return table.text + below
  }

  private static func list(_ elements: [JSONValue], _ columns: [String]) -> String {
    guard elements.contains(where: \.isObject) else { return elements.map { cell($0) + "\n" }.joined() }
    let names = order(
      Set(elements.flatMap { element -> [String] in if case .object(let members) = element { Array(members.keys) } else { [] } }), columns)
    var table = TextTable(names.map { $0.uppercased() })
    for element in elements { table.add(names.map { element[$0].map(cell) ?? "-" }) }
    return table.text
  }

  private static func order(_ names: Set<String>, _ first: [String]) -> [String] {
    first.filter(names.contains) + names.subtracting(first).sorted()
  }

  static func cell(_ value: JSONValue) -> String {
    switch value {
    case .null: "-"
    case .bool(let flag): flag ? "yes" : "no"
    case .integer(let number): String(number)
    case .number(let number): String(number)
    case .text(let text): text.isEmpty ? "''" : text
    case .array(let elements): elements.isEmpty ? "-" : elements.map(cell).joined(separator: ", ")
    case .object(let members): members.sorted { $0.key < $1.key }.map { "\($0.key)=\(cell($0.value))" }.joined(separator: " ")
    }
  }
}

extension JSONValue {
  fileprivate var isObject: Bool {
    if case .object = self { return true }
    return false
  }
}
