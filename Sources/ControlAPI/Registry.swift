/// A value of the settings registry with its type, such as `{"type":"integer","value":1}`.
package struct RegistryValue: Hashable, Codable, Sendable {
  /// `string`, `integer`, `boolean` or `strings`: the Agent System's types.
  package var type: String
  package var value: JSONValue

  package init(type: String, value: JSONValue) {
    self.type = type
    self.value = value
  }
}

package struct RegistryEntry: Hashable, Codable, Sendable {
  /// Keys joined by `\`, the value's name last, such as `HKLM\Software\Citrix\CloudServices\AgentFoundation\InMaintenance`.
  package var path: String
  package var value: RegistryValue

  package init(path: String, value: RegistryValue) {
    self.path = path
    self.value = value
  }
}
