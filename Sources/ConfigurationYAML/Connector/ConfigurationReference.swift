import ConnectorSettings

/// The reference page of the connector's configuration, from the table of its fields.
package enum ConfigurationReference {
  /// The text of `docs/configuration.md`, with a line feed at its end.
  package static func markdown() -> String {
    var out = """
      # Configuration of `connectord`

      Generated from the table of fields; `make docs` writes it anew. `connectord check-config FILE` checks a file and says line, column and field.
      A file is YAML or JSON, at most \(ConfigurationFile.sizeLimit / 1024) KiB. Durations are written `250ms`, `5s`, `2m`, `1h30m`, `7d`.
      Relative paths are taken from the folder of the file. Keys that are not named here are refused. `docs/connectord.schema.json` is the same for editors.

      """
    for block in ConfigurationFields.blocks {
      out += "\n## `\(block.key)`\n\n\(block.doc)\n\n| Key | Expected | Default | What it does |\n|---|---|---|---|\n"
      for field in ConfigurationFields.all where field.path.hasPrefix(block.key + ".") {
        out += "| `\(field.path)` | \(field.shape.expected) | \(defaultText(field)) | \(field.doc.replacing("|", with: "\\|")) |\n"
      }
    }
    return out
  }

  private static func defaultText(_ field: ConfigurationField) -> String {
    switch ConfigurationFields.presence(of: field) {
    case .required: "**required**"
    case .optional: "unset"
    case .defaulted(let value): "`\(value.shown)`"
    }
  }
}
