package import BrokerConfiguration
import ConnectorSettings

extension BrokerConfigurationYAML {
  /// The file form: a line for each object, nothing that equals its default. `load` reads it back to an equal value.
  package static func text(_ configuration: BrokerConfiguration) throws -> String {
    guard case .record(let fields) = BrokerShape.shape else { return "" }
    let tree = try Tree(encoding: configuration)
    var out = ""
    for field in fields {
      guard let value = tree[field.key], !isDefault(value, field) else { continue }
      switch value {
      case .list(let items):
        out += "\n\(field.key):\n"
        guard case .list(let item) = field.shape else { continue }
        for object in items { out += "  - \(line(object, item))\n" }
      case .record(let members):
        out += "\n\(field.key):\n"
        for member in members { out += "  \(quoted(member.key)): \(line(member.value, nil))\n" }
      default: out += "\(field.key): \(line(value, field.shape))\n"
      }
    }
    return out
  }

  private static func isDefault(_ value: Tree, _ field: ShapeField) -> Bool {
    if case .defaulted(let normal) = field.presence { return value == normal }
    return value == .null
  }

  private static func line(_ value: Tree, _ shape: Shape?) -> String {
    switch value {
    case .null: "null"
    case .flag(let flag): String(flag)
    case .integer(let number): String(number)
    case .text(let text): quoted(text)
    case .list(let items): "[" + items.map { line($0, nil) }.joined(separator: ", ") + "]"
    case .record(let members): "{" + entries(members, shape).joined(separator: ", ") + "}"
    }
  }

  private static func entries(_ members: [Tree.Member], _ shape: Shape?) -> [String] {
    guard case .record(let fields)? = shape else { return members.map { "\(quoted($0.key)): \(line($0.value, nil))" } }
    let tree = Tree.record(members)
    return fields.compactMap { field in
      guard let value = tree[field.key], !isDefault(value, field) else { return nil }
      return "\(field.key): \(line(value, field.shape))"
    }
  }

  /// Plain when no reader could take it for anything but this text, otherwise in double quotes as JSON has them.
  private static func quoted(_ text: String) -> String {
    let words = ["true", "false", "null", "yes", "no", "on", "off", "y", "n"]
    let first = text.utf8.first.map { (65...90).contains($0) || (97...122).contains($0) } ?? false
    let plain = text.utf8.allSatisfy { (48...57).contains($0) || (65...90).contains($0) || (97...122).contains($0) || [32, 45, 46, 95].contains($0) }
    if first, plain, text.utf8.last != 32, !words.contains(text.lowercased()) { return text }
    var out = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": out += "\\\""
      case "\\": out += "\\\\"
      case let control where control.value < 32 || control.value == 127 || (0x80...0x9F).contains(control.value):
        let digits = String(control.value, radix: 16)
        out += "\\x" + (digits.count < 2 ? "0" : "") + digits
      default: out.unicodeScalars.append(scalar)
      }
    }
    return out + "\""
  }
}
