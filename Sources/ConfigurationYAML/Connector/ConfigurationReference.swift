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

      A setting's value comes from the last of these that names it: what is built in (the column Default), the default configuration of the release that
      runs (the file `configuration` in the folder `state.releases`, which every update resets to what the new release carries), the administrator's file,
      and `--set FIELD=VALUE`. A release has no default for texts, `updates` and `testbed`, which belong to the machine. `connectord check-config
      --values FILE` shows where each value comes from, `connectorctl config show --sources` the same of a connector that runs.

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
