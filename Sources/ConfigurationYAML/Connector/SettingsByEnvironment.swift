/// Settings by an environment variable, one `FIELD=VALUE` a line, as strong as the command line's and before them. Whoever starts releases of any age says by it
/// what an older one may not know: that one ignores the variable, or the line, where it would refuse a field of its file.
package enum SettingsByEnvironment {
  package static let variable = "CONNECTORD_SET"

  package static func text(_ settings: [String]) -> String { settings.joined(separator: "\n") }

  /// Those that this version knows.
  package static func read(_ environment: [String: String]) -> [String] {
    known((environment[variable] ?? "").split(separator: "\n").map(String.init))
  }

  package static func known(_ settings: [String]) -> [String] {
    let fields = Set(ConfigurationFields.all.map(\.path))
    return settings.filter { text in text.firstIndex(of: "=").map { fields.contains(String(text[..<$0])) } ?? false }
  }
}
