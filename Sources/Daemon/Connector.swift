import CloudAPI
package import ConfigurationYAML
package import ConnectorSettings
import ControlAPI
import EventCatalog
package import EventHub
import LoggerService
import ServiceKit
import ServiceOrder
import Supervision
import Synchronization
import World

/// One connector: its services under a supervisor, its link to the cloud, its control socket. Several may live in one process.
package final class Connector: Sendable {
  package let hub: EventHub
  let ports: ConnectorPorts
  let registry = ServiceRegistry()
  let faults: Faults
  /// Nil unless the configuration allows faults.
  let heldFaults: HeldFaults?
  let logs: LogQueue
  let calls: ServiceCalls
  let startedAt: Now
  private let state = Mutex(Mutable())

  private struct Mutable {
    var supervisor: Supervisor?
    var link: (any CloudLink)?
    var identity: (@Sendable () -> String?)?
    var peerAddress: String?
    var lastContact: Moment?
    var stopping = false
    var restartWanted = false
    var problems: [String] = []
  }
  private let current: Mutex<ConnectorConfiguration>

  /// The configuration in use; a reload replaces it.
  package var configuration: ConnectorConfiguration { current.withLock { $0 } }
  func use(_ configuration: ConnectorConfiguration) { current.withLock { $0 = configuration } }
  private let origins: Mutex<[String: SettingSource]>

  /// Where each setting in use came from, by its path; empty when the configuration was not read from files.
  var sources: [String: SettingSource] { origins.withLock { $0 } }
  /// Takes over the sources of those fields that `isTaken` names.
  func use(_ sources: [String: SettingSource], of isTaken: (String) -> Bool) {
    origins.withLock { origins in
      for path in Set(origins.keys).union(sources.keys) where isTaken(path) { origins[path] = sources[path] }
    }
  }

  package init(configuration: ConnectorConfiguration, ports: ConnectorPorts, sources: [String: SettingSource] = [:]) {
    current = Mutex(configuration)
    origins = Mutex(sources)
    let faults = Faults()
    let held = configuration.testbed.faults ? HeldFaults(clock: ports.clock, switches: faults) : nil
    self.faults = faults
    heldFaults = held
    var ports = ports
    if let held { ports.files = FaultyFiles(disk: ports.files) { held.diskIsFull() } }
    self.ports = ports
    startedAt = ports.clock.now()
    hub = EventHub(
      connector: ports.name ?? configuration.connector.fqdn, boot: Hex.encode(ports.random.bytes(16)), clock: ports.clock,
      ring: configuration.events.ring,
      outputs: ports.outputs)
    logs = LogQueue(clock: ports.clock, configuration: configuration.logger)
    calls = ServiceCalls(registry: registry, faults: held)
  }

  // MARK: what the parts tell each other

  func attach(supervisor: Supervisor) { state.withLock { $0.supervisor = supervisor } }
  func attach(link: any CloudLink, identity: @escaping @Sendable () -> String?) {
    state.withLock {
      $0.link = link
      $0.identity = identity
    }
  }
  func attach(peerAddress: String?) { state.withLock { $0.peerAddress = peerAddress } }
  func heardFromCloud() {
    let now = ports.clock.now().moment
    state.withLock { $0.lastContact = now }
  }
  /// The supervisor is asked to stop; with `restart`, the process ends with the exit code that asks to be started again.
  package func stop(restart: Bool = false) {
    let supervisor = state.withLock { state in
      state.stopping = true
      if restart { state.restartWanted = true }
      return state.supervisor
    }
    supervisor?.stop()
  }
  /// What the disk lacks, in a sentence; nil when it lacks nothing.
  func set(problem: String?) { state.withLock { $0.problems = problem.map { [$0] } ?? [] } }
  var isStopping: Bool { state.withLock { $0.stopping } }
  var wantsRestart: Bool { state.withLock { $0.restartWanted } }
  var supervisor: Supervisor? { state.withLock { $0.supervisor } }
  var link: (any CloudLink)? { state.withLock { $0.link } }
  var peerAddress: String? { state.withLock { $0.peerAddress } }

  // MARK: what is told about the connector

  /// Whether its start is over: all services work, and the cloud was reached or tried.
  package func isSettled() async -> Bool {
    let (supervisor, link) = state.withLock { ($0.supervisor, $0.link?.status()) }
    guard let supervisor, let link, link.state == .connected || link.attempts > 0 else { return false }
    return await supervisor.snapshot().allReady
  }

  func facts() async -> ConnectorFacts {
    let now = ports.clock.now().moment
    let (supervisor, link, lastContact, stopping, problems) = state.withLock { ($0.supervisor, $0.link, $0.lastContact, $0.stopping, $0.problems) }
    let snapshot = await supervisor?.snapshot()
    let election = try? await registry.find(.election).election()
    let revision = try? await registry.find(.configuration).currentRevision()
    return ConnectorFacts(
      services: snapshot ?? .none,
      link: link?.status() ?? LinkStatus(state: .stopped, since: startedAt.wall), lastContactAge: lastContact.map { now - $0 }, election: election,
      revision: revision ?? nil, inMaintenance: await maintenance(), stopping: stopping, problems: problems)
  }

  func verdict() async -> HealthVerdict { await facts().verdict(silenceLimit: configuration.cloud.silenceLimit.duration) }

  func statusReport() async -> StatusReport {
    let facts = await facts()
    let verdict = facts.verdict(silenceLimit: configuration.cloud.silenceLimit.duration)
    let rows = facts.rows.filter(\.simulated)
    let (identity, now) = (state.withLock { $0.identity }, ports.clock.now())
    return StatusReport(
      connector: configuration.connector.fqdn, id: identity?(), customer: configuration.connector.customer,
      resourceLocation: configuration.connector.resourceLocation, cloud: configuration.cloud.url, version: ports.version.connector,
      health: verdict,
      state: facts.sentence(verdict), link: facts.link,
      election: facts.election.map { ElectionReport(elected: $0.elected, isSelf: $0.isSelf, reason: $0.reason, candidates: $0.candidates) },
      configurationRevision: facts.revision, servicesUp: rows.count(where: \.up), servicesTotal: rows.count,
      lastContactAge: facts.lastContactAge?.inSeconds, uptimeSeconds: (now.moment - startedAt.moment).inSeconds, startedAt: startedAt.wall,
      boot: hub.boot, processID: ports.processID, stateDirectory: configuration.state.directory, inMaintenance: facts.inMaintenance,
      problems: facts.problems)
  }

  /// The answer to a heartbeat.
  func report() async -> ConnectorReport {
    heardFromCloud()
    let facts = await facts()
    let identity = state.withLock { $0.identity }
    let standing = try? await registry.find(.elevation).standing()
    return ConnectorReport(
      id: identity?() ?? "", fqdn: configuration.connector.fqdn, version: ports.version.connector,
      bootstrapperVersion: ports.version.bootstrapper, boot: hub.boot, eventSequence: hub.sequence, time: ports.clock.now().wall,
      startedAt: startedAt.wall, services: facts.rows.map { .init(name: $0.name, state: $0.state, restarts: $0.restarts) },
      inMaintenance: facts.inMaintenance, elected: facts.election?.elected, electionReason: facts.election?.reason ?? "not elected yet",
      configurationRevision: facts.revision, peerAddress: peerAddress, problems: facts.problems, update: standing?.update,
      restartPending: standing?.isRestartPending, updatesBarred: standing?.updatesBarred, digest: ports.version.digest)
  }
}
