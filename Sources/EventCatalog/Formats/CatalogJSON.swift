import FoundationEssentials

extension CatalogExport {
  /// An object with the note on the numbers and the events in the catalog's order; keys in alphabetical order.
  static func json(_ definitions: [EventDefinition]) -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    let document = Document(note: numbering, events: definitions.map(Entry.init))
    // Strings and numbers only: there is nothing in it that cannot be encoded.
    guard let data = try? encoder.encode(document) else { return "{}\n" }
    return String(decoding: data, as: UTF8.self) + "\n"
  }

  private struct Document: Encodable {
    var note: String
    var events: [Entry]
  }

  private struct Entry: Encodable {
    struct Field: Encodable {
      var name: String
      var kind: EventField.Kind
      var meaning: String
      var journal: String
    }
    var code: Int
    var name: String
    var messageID: String
    var provider: EventProvider
    var severity: String
    var summary: String
    var advice: String
    var fields: [Field]
    var vendor: VendorEvent?

    enum CodingKeys: String, CodingKey {
      case code, name
      case messageID = "message_id"
      case provider, severity, summary, advice, fields, vendor
    }

    init(_ definition: EventDefinition) {
      code = definition.code
      name = definition.name
      messageID = definition.messageID
      provider = definition.provider
      severity = definition.severity.name
      summary = definition.summary
      advice = definition.advice
      fields = definition.fields.map { Field(name: $0.name, kind: $0.kind, meaning: $0.meaning, journal: $0.journalName) }
      vendor = definition.vendor
    }
  }
}
