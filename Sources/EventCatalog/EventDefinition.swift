/// Who an event comes from. The first two are the seed's providers ("Event messages"); the others are one for each service that needs one.
package enum EventProvider: String, CaseIterable, Codable, Sendable {
  case agent = "Agent"
  case agentWatchDog = "AgentWatchDog"
  case agentSystem = "AgentSystem"
  case logger = "Logger"
  case adProvider = "ADProvider"
  case credentialProvider = "CredentialProvider"
  case configSynchronizer = "ConfigSynchronizer"
  case highAvailability = "HighAvailability"
  case remoteBroker = "RemoteBroker"
  case evergreen = "Evergreen"
  case cloud = "SimulatedCloud"
  case rollout = "Rollout"
  case testbed = "Testbed"
}

/// The syslog severities (RFC 5424, table 2) that events use.
package enum EventSeverity: Int, Codable, Sendable, Comparable, CaseIterable {
  case critical = 2
  case error = 3
  case warning = 4
  case notice = 5
  case info = 6
  case debug = 7

  package static func < (a: EventSeverity, b: EventSeverity) -> Bool { a.rawValue < b.rawValue }
  package var name: String { String(describing: self) }
}

/// A field that an event carries, typed and explained once.
package struct EventField: Hashable, Sendable {
  package enum Kind: String, Codable, Sendable { case text, integer, milliseconds, flag }

  /// Lower-case words joined by `_`, such as `resource_location`; in the journal `CONNECTOR_RESOURCE_LOCATION`.
  package var name: String
  package var kind: Kind
  package var meaning: String

  package init(_ name: String, _ kind: Kind, _ meaning: String) {
    self.name = name
    self.kind = kind
    self.meaning = meaning
  }

  package var journalName: String { "CONNECTOR_" + name.uppercased() }
}

/// An identifier that the modelled product documents for the same occurrence, with its source.
package struct VendorEvent: Hashable, Codable, Sendable {
  package var provider: String
  package var id: Int
  /// Where the id is known from: a section of the product facts.
  package var source: String

  package init(provider: String, id: Int, source: String) {
    self.provider = provider
    self.id = id
    self.source = source
  }
}

/// One kind of event, declared once. The journal entries, the catalog file, the XML manifests, the docs page and the console's text all come from it.
package struct EventDefinition: Hashable, Sendable {
  /// Our own number, openly simulated: it never changes and is never used again.
  package var code: Int
  /// A stable dotted name, such as `link.connected`.
  package var name: String
  /// 128 bits in 32 lower-case hexadecimal digits: journald's MESSAGE_ID.
  package var messageID: String
  package var provider: EventProvider
  package var severity: EventSeverity
  /// One sentence with `{field}` where a field's value goes.
  package var summary: String
  /// What the reader can do about it, in one or two sentences.
  package var advice: String
  package var fields: [EventField]
  package var vendor: VendorEvent?

  package init(
    _ code: Int, _ name: String, id messageID: String, _ provider: EventProvider, _ severity: EventSeverity, _ summary: String, advice: String,
    fields: [EventField] = [], vendor: VendorEvent? = nil
  ) {
    self.code = code
    self.name = name
    self.messageID = messageID
    self.provider = provider
    self.severity = severity
    self.summary = summary
    self.advice = advice
    self.fields = fields
    self.vendor = vendor
  }

  /// An occurrence of this kind. `values` are matched to `fields` by name.
  package func event(_ values: [String: EventValue] = [:]) -> Event { Event(definition: self, values: values) }
}
