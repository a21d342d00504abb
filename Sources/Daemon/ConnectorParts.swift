import AgentSystemHost
import CloudLinkLive
import Directory
import RemoteBrokerService
import ServiceKit
import WatchDogService

/// The live ports that a connector's services are given.
struct ConnectorParts: Sendable {
  var link: LiveCloudLink
  var peers: any PeerChannel
  var agentSystem: AgentSystemPorts
  var monitoring: any ServiceMonitoring
  var updates: UpdaterPorts
  var remoteBroker: RemoteBrokerPorts
  /// Makes a directory from the text of its description.
  var loadDirectory: @Sendable (String) throws -> any DirectoryReading
}
