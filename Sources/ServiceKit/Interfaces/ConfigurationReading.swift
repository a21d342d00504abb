import World

/// The Config Synchronizer as the services after it see it.
package protocol ConfigurationReading: Sendable {
  /// The revision of the configuration in use; nil before the first import.
  func currentRevision() async throws -> Int?
  /// The connectors of this resource location, this one included, from the configuration in use.
  func edgeServers() async throws -> [EdgeServer]
}

/// A connector as the broker configuration lists it (the product's EdgeServer).
package struct EdgeServer: Hashable, Codable, Sendable {
  package var fqdn: String
  package var uuid: String
  /// `host:port` of its peer channel; nil until it has told the cloud.
  package var peerAddress: String?

  package init(fqdn: String, uuid: String, peerAddress: String?) {
    self.fqdn = fqdn
    self.uuid = uuid
    self.peerAddress = peerAddress
  }
}

extension ServiceKey where Interface == any ConfigurationReading {
  package static var configuration: Self { Self(.configSynchronizer) }
}
