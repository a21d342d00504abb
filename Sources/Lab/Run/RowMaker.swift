import CloudAPI
import World

/// Makes the table's rows from what the cloud says; pure, so that a table test can show every case.
enum RowMaker {
  /// - Parameter before: the rows until now: who was known once and is known no more was deleted.
  static func rows(
    _ connectors: [LabEndpoints.Connector], location: String, state: LabState, before: [ConnectorRow], at now: WallTime
  ) -> [ConnectorRow] {
    let seen = Dictionary(state.connectors.lazy.filter { $0.location == location }.map { ($0.fqdn, $0) }, uniquingKeysWith: { first, _ in first })
    let known = Dictionary(before.lazy.map { ($0.name, $0.id) }, uniquingKeysWith: { first, _ in first })
    return connectors.map { connector in
      var row = blank(connector, state: ConnectorRow.starting, reason: "The cloud has not heard of it yet.")
      row.asOf = now
      guard let seen = seen[connector.fqdn] else {
        guard let id = known[connector.name] ?? nil else { return row }
        row.id = id
        row.state = ConnectorRow.deleted
        row.reason = "The cloud knew it and knows it no more: it was deleted there."
        return row
      }
      row.state = seen.state.title
      row.reason = seen.reason
      row.elected = seen.elected
      row.version = seen.version
      row.servicesUp = seen.servicesUp
      row.servicesTotal = seen.servicesTotal
      row.lastContact = seen.lastContact
      row.id = seen.id
      row.update = seen.update
      row.faults = state.faults?.filter { $0.connector == connector.fqdn }
      if row.faults?.isEmpty ?? false { row.faults = nil }
      return row
    }
  }

  /// A row of which nothing is known.
  static func blank(_ connector: LabEndpoints.Connector, state: String, reason: String) -> ConnectorRow {
    var row = ConnectorRow(
      name: connector.name, fqdn: connector.fqdn, state: state, reason: reason, elected: false, version: "", servicesUp: 0, servicesTotal: 0,
      lastContact: nil, id: nil)
    row.xml = connector.xml
    return row
  }
}
