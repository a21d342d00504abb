package import World

/// Shows a lab to somebody: a terminal, a file, or a program. Called for one thing at a time.
package protocol LabPresenter: AnyObject, Sendable {
  func banner(_ endpoints: LabEndpoints)
  /// The rows as they are now; called often, also when nothing changed but an age.
  func rows(_ rows: [ConnectorRow], now: WallTime)
  /// The table shows something differently from now on.
  func change(_ change: RowChange, at now: WallTime)
  /// One thing that happened, already in its human form.
  func event(_ line: String)
  /// What the lab itself does, such as starting or stopping something.
  func note(_ text: String)
}

/// The banner's lines: where everything is, and what to type next.
package enum LabBanner {
  package static func lines(_ lab: LabEndpoints) -> [String] {
    let first = lab.connectors.first?.name ?? "c1"
    let xml = lab.connectors.first?.xml.map {
      ["  xml       http://\($0)/scripts/wpnbr.dll, tickets at /scripts/CtxSTA.dll   (\(first); the table has the others)"]
    }
    return [
      "connectord lab: one resource location, \(lab.connectors.count) connector\(lab.connectors.count == 1 ? "" : "s"), its cloud simulated on this machine",
      "",
      "  cloud     \(lab.cloud)   (curl --cacert \(lab.caFile))",
      "  link      \(lab.link)   (connectors dial out to it; nothing dials in)",
      "  releases  \(lab.releases)   (connector-lab release)",
    ] + (xml ?? []) + [
      "  customer  \(lab.customer), client \(lab.clientID), secret in \(lab.clientSecretFile)",
      "  location  \(lab.resourceLocation)",
      "  state     \(lab.stateDirectory)",
      "",
      "  try       connectorctl --connector \(first) status · connectorctl --connector \(first) events -f",
      "  stop      Ctrl-C, or connector-lab down",
    ]
  }
}
