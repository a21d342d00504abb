/// The seventeen services of the seed's table ("Cloud Connector installed services"), in the seed's order. The start order stands in `ServiceOrder`.
package enum ServiceName: String, CaseIterable, Codable, Hashable, Sendable, CodingKeyRepresentable {
  case agentSystem = "agent-system"
  case watchDog = "watchdog"
  case logger = "logger"
  case adProvider = "ad-provider"
  case agentDiscovery = "agent-discovery"
  case credentialProvider = "credential-provider"
  case webRelay = "web-relay"
  case cdfCapture = "cdf-capture"
  case configSynchronizer = "config-synchronizer"
  case connectionLeaseExchange = "connection-lease-exchange"
  case highAvailability = "high-availability"
  case itsmAdapter = "itsm-adapter"
  case cloudGateway = "cloud-gateway"
  case remoteBroker = "remote-broker"
  case remoteHCL = "remote-hcl"
  case wemAuthentication = "wem-authentication"
  case wemMessaging = "wem-messaging"

  /// The name people read: the seed's, without the vendor's prefix.
  package var title: String {
    switch self {
    case .agentSystem: "Agent System"
    case .watchDog: "Agent WatchDog"
    case .logger: "Agent Logger"
    case .adProvider: "AD Provider"
    case .agentDiscovery: "Agent Discovery"
    case .credentialProvider: "Credential Provider"
    case .webRelay: "WebRelay Provider"
    case .cdfCapture: "CDF Capture"
    case .configSynchronizer: "Config Synchronizer"
    case .connectionLeaseExchange: "Connection Lease Exchange"
    case .highAvailability: "High Availability"
    case .itsmAdapter: "ITSM Adapter Provider"
    case .cloudGateway: "NetScaler CloudGateway"
    case .remoteBroker: "Remote Broker Provider"
    case .remoteHCL: "Remote HCL Server"
    case .wemAuthentication: "WEM Cloud Authentication"
    case .wemMessaging: "WEM Cloud Messaging"
    }
  }

  /// What the seed says the service is for, shortened.
  package var purpose: String {
    switch self {
    case .agentSystem: "handles the system calls of the agents: installation, reboots, registry access"
    case .watchDog: "monitors and upgrades the on-premises agents (evergreen)"
    case .logger: "provides a support logging framework for the connector's services"
    case .adProvider: "lets the cloud manage resources of the joined directory domains"
    case .agentDiscovery: "lets the cloud manage legacy on-premises products"
    case .credentialProvider: "handles storage and retrieval of encrypted data"
    case .webRelay: "forwards HTTP requests of the cloud's relay to on-premises web servers"
    case .cdfCapture: "captures traces from all configured components"
    case .configSynchronizer: "copies the brokering configuration locally for high availability mode"
    case .connectionLeaseExchange: "exchanges connection lease files with clients for service continuity"
    case .highAvailability: "provides continuity of service during an outage of the central site"
    case .itsmAdapter: "automates provisioning and management of virtual apps and desktops"
    case .cloudGateway: "connects to on-premises desktops and applications without inbound firewall rules"
    case .remoteBroker: "lets local VDAs and StoreFront servers reach a remote broker"
    case .remoteHCL: "proxies between the delivery controller and the hypervisors"
    case .wemAuthentication: "authenticates WEM agents to the cloud's servers"
    case .wemMessaging: "receives messages of the WEM cloud service"
    }
  }

  /// The account of the seed's table: one Local System, sixteen Network Service.
  package var runsAs: String { self == .agentSystem ? "Local System" : "Network Service" }
}
