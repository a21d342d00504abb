extension CatalogExport {
  /// The form that systemd's "Journal Message Catalogs" describes: `-- ` and the id, headers, a blank line, the text. `@FIELD@` is the entry's field.
  static func journalCatalog(_ definitions: [EventDefinition]) -> String {
    var text = numbering.split(separator: ". ").map { "# \($0.hasSuffix(".") ? String($0) : $0 + ".")\n" }.joined()
    for definition in definitions { text += "\n" + entry(definition) }
    return text
  }

  private static func entry(_ definition: EventDefinition) -> String {
    let sentence = definition.summary { field in
      // The journal has the bare number; the unit belongs to the text.
      "@\(field.journalName)@" + (field.kind == .milliseconds ? " ms" : "")
    }
    var lines = [
      "-- \(definition.messageID)",
      "Subject: \(definition.name): \(OneLine.escape(sentence))",
      "Defined-By: connectord",
      "Support: file:/usr/share/doc/connectord/README.md",
      "Documentation: file:/usr/share/doc/connectord/events.md",
      "",
      OneLine.escape(sentence),
      "",
      OneLine.escape(definition.advice),
      "",
      "Event \(definition.code) (\(definition.severity.name)) of provider \(definition.provider.rawValue), "
        + "number @CONNECTOR_SEQUENCE@ of boot @CONNECTOR_BOOT@.",
    ]
    if let vendor = definition.vendor {
      lines.append("The modelled product's \(vendor.provider) documents \(vendor.id) for this (\(vendor.source)).")
    }
    return lines.joined(separator: "\n") + "\n"
  }
}
