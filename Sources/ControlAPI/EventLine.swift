package import EventCatalog
package import World

/// Which events are asked for. Every condition that is set must hold.
package struct EventQuery: Hashable, Codable, Sendable {
  /// Recorded at or after this time.
  package var since: WallTime?
  /// Any of these codes; empty means all.
  package var codes: [Int]
  /// Only the latest so many of the past.
  package var limit: Int?
  /// Go on with what happens from now, until the asker closes.
  package var follow: Bool

  package init(since: WallTime? = nil, codes: [Int] = [], limit: Int? = nil, follow: Bool = false) {
    self.since = since
    self.codes = codes
    self.limit = limit
    self.follow = follow
  }

  package func matches(_ record: EventRecord) -> Bool {
    if let since, record.time < since { return false }
    return codes.isEmpty || codes.contains(record.event.definition.code)
  }

  /// The part of `records`, oldest first, that the query asks for.
  package func select(_ records: some Sequence<EventRecord>) -> [EventRecord] {
    let matching = records.filter(matches)
    guard let limit else { return matching }
    return Array(matching.suffix(max(0, limit)))
  }
}

/// An event as programs and people read it. `sequence` counts without a hole within one `boot`: a missing number is a lost event.
package struct EventLine: Hashable, Codable, Sendable {
  package var time: WallTime
  package var sequence: UInt64
  package var boot: String
  package var connector: String
  package var service: ServiceName?
  package var code: Int
  package var name: String
  package var messageID: String
  package var provider: String
  package var severity: String
  package var message: String
  package var advice: String
  /// Text, whole numbers (milliseconds among them) and flags, by the names of the catalog.
  package var fields: [String: JSONValue]
  package var vendor: VendorEvent?

  private enum CodingKeys: String, CodingKey {
    case time, sequence, boot, connector, service, code, name
    case messageID = "message_id"
    case provider, severity, message, advice, fields, vendor
  }

  package init(_ record: EventRecord) {
    let definition = record.event.definition
    time = record.time
    sequence = record.sequence
    boot = record.boot
    connector = record.connector
    service = record.service
    code = definition.code
    name = definition.name
    messageID = definition.messageID
    provider = definition.provider.rawValue
    severity = definition.severity.name
    message = record.event.message
    advice = definition.advice
    fields = record.event.values.mapValues(JSONValue.init(event:))
    vendor = definition.vendor
  }
}

extension JSONValue {
  fileprivate init(event value: EventValue) {
    switch value {
    case .text(let text): self = .text(text)
    case .integer(let number), .milliseconds(let number): self = .integer(Int64(number))
    case .flag(let flag): self = .bool(flag)
    }
  }
}
