import ADProviderService
import AgentSystemHost
import ConfigSynchronizerService
import CredentialProviderService
import HighAvailabilityService
import LoggerService
import RemoteBrokerService
import WatchDogService
package import World

/// The seventeen services in their start order; reversed, it is the stop order. A service may call only services that stand before it, so no
/// circle of calls can exist, and with `restForOne` a restart takes the rest of the list along.
package enum ServiceOrder {
  package struct Entry: Hashable, Sendable {
    package var name: ServiceName
    /// The services that it calls.
    package var uses: [ServiceName]
    /// False: it stands in the list, disabled, and answers `NotSimulated`.
    package var isSimulated: Bool
    /// What of it there is, for the coverage page.
    package var coverage: String
  }

  package static let all: [Entry] = [
    Entry(
      name: .agentSystem, uses: AgentSystemService.uses, isSimulated: true,
      coverage: "settings registry, maintenance flag, service restart, scheduled restart of the process; release operations are refused by type"),
    Entry(
      name: .logger, uses: LoggerService.uses, isSimulated: true, coverage: "a log for each service with levels, rotation, limits and collection"),
    Entry(
      name: .watchDog, uses: WatchDogService.uses, isSimulated: true,
      coverage: "the only caller of the Agent System, relays and audits requests, watches the services; updates are not there yet"),
    Entry(
      name: .credentialProvider, uses: CredentialProviderService.uses, isSimulated: true,
      coverage: "encrypted store with access per service, audit, rotation and detection of damage"),
    Entry(
      name: .adProvider, uses: ADProviderService.uses, isSimulated: true,
      coverage: "lookups, effective groups and domain-controller health over a directory described in YAML; no LDAP yet"),
    Entry(
      name: .configSynchronizer, uses: ConfigSynchronizerService.uses, isSimulated: true,
      coverage: "polls the cloud and swaps a checked database; no incremental synchronization yet"),
    Entry(
      name: .highAvailability, uses: HighAvailabilityService.uses, isSimulated: true,
      coverage: "peers, election by name, and the outage mode that says who brokers"),
    Entry(
      name: .remoteBroker, uses: RemoteBrokerService.uses, isSimulated: true,
      coverage:
        "relays machines, StoreFront and gateways to the cloud's broker, and brokers itself in an outage when elected; no power actions, no first assignments, no monitoring data then"
    ),
    notSimulated(.connectionLeaseExchange),
    notSimulated(.agentDiscovery),
    notSimulated(.webRelay),
    notSimulated(.cloudGateway),
    notSimulated(.remoteHCL),
    notSimulated(.itsmAdapter),
    notSimulated(.cdfCapture),
    notSimulated(.wemAuthentication),
    notSimulated(.wemMessaging),
  ]

  package static func entry(_ name: ServiceName) -> Entry { all.first { $0.name == name } ?? notSimulated(name) }

  /// What is wrong with a list, one sentence each; empty for a good one. Checked before anything starts, and by a test.
  package static func problems(in list: [Entry] = all) -> [String] {
    var found: [String] = []
    var before: Set<ServiceName> = []
    for entry in list {
      for used in entry.uses where !before.contains(used) {
        found.append("\(entry.name.rawValue) calls \(used.rawValue), which does not stand before it")
      }
      if !before.insert(entry.name).inserted { found.append("\(entry.name.rawValue) stands twice in the list") }
    }
    for missing in ServiceName.allCases where !before.contains(missing) { found.append("\(missing.rawValue) is missing from the list") }
    return found
  }

  private static func notSimulated(_ name: ServiceName) -> Entry {
    Entry(name: name, uses: [], isSimulated: false, coverage: "not simulated: stands in the list and answers NotSimulated")
  }
}
