import CloudAPI
import World

/// Makes the table's rows from what the cloud says; pure, so that a table test can show every case.
enum RowMaker {
  /// - Parameters:
  ///   - state: nil when the cloud does not answer.
  ///   - before: the rows shown until now: what the cloud said last stays while it does not answer.
  static func rows(_ connectors: [LabEndpoints.Connector], location: String, state: LabState?, before: [ConnectorRow]) -> [ConnectorRow] {
    connectors.map { connector in
      var row = ConnectorRow(
        name: connector.name, fqdn: connector.fqdn, state: "starting", reason: "", elected: false, version: "", servicesUp: 0, servicesTotal: 0,
        lastContact: nil, id: nil)
      guard let state else {
        if let known = before.first(where: { $0.name == connector.name }), known.id != nil { row = known } else { return row }
        row.state = "unknown"
        row.reason = "the cloud does not answer"
        return row
      }
      guard let seen = state.connectors.first(where: { $0.fqdn == connector.fqdn && $0.location == location }) else {
        row.id = before.first { $0.name == connector.name }?.id
        row.state = row.id == nil ? "starting" : "deleted"
        row.reason = row.id == nil ? "The cloud has not heard of it yet." : "The cloud knew it and knows it no more: it was deleted there."
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
      return row
    }
  }
}
