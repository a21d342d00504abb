/// The catalog as a text, in each of the forms that other tools read.
package enum CatalogExport {
  package enum Format: String, CaseIterable, Sendable {
    /// The journal's message catalog, for `journalctl --update-catalog`.
    case catalog
    /// A manifest in the style of Windows' instrumentation manifests, with one provider element for each provider.
    case xml
    case json
    case markdown
  }

  package struct File: Hashable, Sendable {
    package var name: String
    package var text: String
  }

  /// Says in every form that the numbers are not the product's.
  static let numbering = """
    The codes and message ids are connectord's own, and simulated: they are not the numbers of the modelled product. Where the product documents a \
    number for the same occurrence, it stands beside ours as the vendor's, with its source.
    """

  package static func text(_ format: Format, of definitions: [EventDefinition] = Catalog.all) -> String {
    switch format {
    case .catalog: journalCatalog(definitions)
    case .xml: manifest(of: EventProvider.allCases, definitions)
    case .json: json(definitions)
    case .markdown: markdown(definitions)
    }
  }

  /// The same as files to be installed: one, except that each provider has a manifest of its own.
  package static func files(_ format: Format, of definitions: [EventDefinition] = Catalog.all) -> [File] {
    switch format {
    case .catalog: [File(name: "connectord.catalog", text: journalCatalog(definitions))]
    case .xml: EventProvider.allCases.map { File(name: "connectord.\($0.rawValue).xml", text: manifest(of: [$0], definitions)) }
    case .json: [File(name: "events.json", text: json(definitions))]
    case .markdown: [File(name: "events.md", text: markdown(definitions))]
    }
  }
}

extension EventDefinition {
  /// The summary with each `{field}` replaced; a name in braces that is no field stays as it is.
  func summary(replacing field: (EventField) -> String) -> String {
    fields.reduce(summary) { text, each in replace("{\(each.name)}", in: text, by: field(each)) }
  }
}

/// Replaces every occurrence; what is put in is not searched again.
func replace(_ part: String, in text: String, by other: String) -> String {
  var out = ""
  var rest = text[...]
  while let at = rest.firstRange(of: part) {
    out += rest[..<at.lowerBound] + other
    rest = rest[at.upperBound...]
  }
  return out + rest
}
