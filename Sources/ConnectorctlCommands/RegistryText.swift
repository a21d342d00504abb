import ArgumentParser
package import ControlAPI

/// Typed values as people write and read them.
package enum RegistryText {
  package enum ValueType: String, CaseIterable, Sendable { case string, integer, boolean, strings }

  /// Nil when the text cannot be read as the type.
  package static func parse(_ text: String, as type: ValueType) -> RegistryValue? {
    let value: JSONValue
    switch type {
    case .string: value = .text(text)
    case .integer:
      guard let number = Int64(text) else { return nil }
      value = .integer(number)
    case .boolean:
      switch text.lowercased() {
      case "true", "yes", "on", "1": value = true
      case "false", "no", "off", "0": value = false
      default: return nil
      }
    case .strings: value = .array(text.isEmpty ? [] : text.split(separator: ";", omittingEmptySubsequences: false).map { .text(String($0)) })
    }
    return RegistryValue(type: type.rawValue, value: value)
  }

  package static func value(_ value: RegistryValue) -> String {
    switch value.value {
    case .bool(let flag): flag ? "true" : "false"
    case .array(let elements): elements.map { $0.text ?? JSONText.cell($0) }.joined(separator: ";")
    default: JSONText.cell(value.value)
    }
  }
}

extension RegistryText.ValueType: ExpressibleByArgument {}
