package import BrokerConfiguration
import World

/// The Config Synchronizer as the services after it see it.
package protocol ConfigurationReading: Sendable {
  /// The revision of the configuration in use; nil before the first import.
  func currentRevision() async throws -> Int?
  /// The connectors of this resource location, this one included, from the configuration in use.
  func edgeServers() async throws -> [EdgeServer]
  /// All of the configuration in use, read from the disk beside the service, which answers others meanwhile; nil before the first import.
  /// Of a large site that takes seconds: whoever needs it keeps what it makes of it, and asks again when `revisions` says so.
  func configuration() async throws -> BrokerConfiguration?
  /// The revision in use, if there is one, then each that takes its place. Who is slow hears the latest. It ends with the service's incarnation.
  func revisions() -> AsyncStream<Int>
}

/// Imports as the service that knows of outages sees them.
package protocol ConfigurationImporting: Sendable {
  /// Whether an import is under way now, then each change of that. It ends with the service's incarnation.
  func imports() -> AsyncStream<Bool>
  /// Gives up the import that is under way, if one is: the configuration in use stays, and the next check tries again.
  func abandonImport() async
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

extension ServiceKey where Interface == any ConfigurationImporting {
  package static var imports: Self { Self(.configSynchronizer) }
}
