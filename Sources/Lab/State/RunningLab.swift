package import World

/// The content of `lab.json`: what other commands need to know of the lab that runs.
package struct RunningLab: Codable, Sendable {
  package var pid: Int32
  package var startedAt: WallTime
  package var endpoints: LabEndpoints
  /// Opens the cloud's `/lab/v1` pages; only the owner of the folder can read it.
  package var labToken: String
  /// For `connectorctl --connector NAME`: the same list that `endpoints` has.
  package var connectors: [LabEndpoints.Connector]
  /// What its site is made of, for whoever plays machines or StoreFront; nil in the file of an older lab.
  package var site: Site?

  package struct Site: Hashable, Codable, Sendable {
    package var brokerFile: String
    package var directoryFile: String
    package var joinedDomain: String
    package var machines: Int
    package var heartbeatMilliseconds: Int
    /// The connectors' `highAvailability.profile`.
    package var outageProfile: String
  }

  package init(pid: Int32, startedAt: WallTime, endpoints: LabEndpoints, labToken: String) {
    self.pid = pid
    self.startedAt = startedAt
    self.endpoints = endpoints
    self.labToken = labToken
    connectors = endpoints.connectors
  }
}
