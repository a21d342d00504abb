package import ControlAPI

/// JSON for people when nothing better is known of it: an object is a list of names and values, a list of objects is a table. Keys are shown in words,
/// `userPrincipalName` as `user principal name`; `--json` has the keys themselves.
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
        below += "\n\(heading(name))\n" + list(elements, columns)
      } else if case .object(let inner) = value {
        let before = subjects.contains(name) ? "" : heading(name) + " "
        for key in order(Set(inner.keys), columns) { table.add([before + heading(key), inner[key].map(cell) ?? "-"]) }
      } else {
        table.add([heading(name), cell(value)])
      }
    }
    return table.text + below
  }

  private static func list(_ elements: [JSONValue], _ columns: [String]) -> String {
    guard elements.contains(where: \.isObject) else { return elements.map { cell($0) + "\n" }.joined() }
    let names = order(
      Set(elements.flatMap { element -> [String] in if case .object(let members) = element { Array(members.keys) } else { [] } }), columns)
    var table = TextTable(names.map { heading($0).uppercased() })
    for element in elements { table.add(names.map { element[$0].map(cell) ?? "-" }) }
    return table.text
  }

  private static func order(_ names: Set<String>, _ first: [String]) -> [String] {
    first.filter(names.contains) + names.subtracting(first).sorted()
  }

  /// A key in words: `userPrincipalName` is `user principal name`, `dueAt` is `due at`. Abbreviations keep their capitals.
  package static func heading(_ key: String) -> String {
    if let known = abbreviations[key] { return known }
    var words: [String] = []
    var before: Character?
    for letter in key {
      // A capital begins a word, but the second one of two begins none: `netBIOS` has two words and not five.
      let begins = letter.isUppercase && before?.isUppercase != true
      if words.isEmpty || begins { words.append("") }
      words[words.count - 1].append(letter)
      before = letter
    }
    return words.map { word in
      if let known = abbreviations[word.lowercased()] { return known }
      return word.dropFirst().contains(where: \.isUppercase) ? word : word.lowercased()
    }.joined(separator: " ")
  }

  /// What an answer is about as a whole: its name before each line would say nothing.
  private static let subjects: Set<String> = ["principal"]

  private static let abbreviations = [
    "sid": "SID", "guid": "GUID", "rid": "RID", "upn": "UPN", "dns": "DNS", "fqdn": "FQDN", "netBIOS": "NetBIOS",
  ]

  static func cell(_ value: JSONValue) -> String {
    switch value {
    case .null: "-"
    case .bool(let flag): flag ? "yes" : "no"
    case .integer(let number): String(number)
    case .number(let number): String(number)
    case .text(let text): text.isEmpty ? "''" : text
    case .array(let elements): elements.isEmpty ? "-" : elements.map(cell).joined(separator: ", ")
    case .object(let members): members.sorted { $0.key < $1.key }.map { "\(heading($0.key))=\(cell($0.value))" }.joined(separator: " ")
    }
  }
}

extension JSONValue {
  fileprivate var isObject: Bool {
    if case .object = self { return true }
    return false
  }
}
