import BrokerConfiguration
import CloudAPI
import CloudLinkAcceptor
import CloudServer
import CloudStore
import ConfigurationYAML
import ConnectorSettings
import EventCatalog
package import EventHub
import Foundation
import LabCA
import NIOCore
import NIOPosix
import Rollouts
import SimulatedCloud
import Synchronization
package import World

/// The simulated cloud of a lab: its logic, its database, its HTTPS API and the listening end of the link.
package final class LabCloud: Sendable {
  private let plan: LabPlan
  private let clock: any WorldClock
  private let random: any RandomSource
  private let files: any Files
  private let onStep: StepHook?
  package let hub: EventHub
  private let serving = Mutex<(service: CloudService, faults: FaultService)?>(nil)

  /// - Parameter onStep: told about the durable steps of the cloud's database; `files` tells about its own.
  package init(
    plan: LabPlan, clock: any WorldClock, random: any RandomSource, files: any Files, outputs: [any EventOutput], onStep: StepHook? = nil
  ) {
    self.plan = plan
    self.clock = clock
    self.random = random
    self.files = files
    self.onStep = onStep
    hub = EventHub(connector: "cloud", boot: Hex.encode(random.bytes(16)), clock: clock, ring: 4096, outputs: outputs)
  }

  /// The running cloud itself, for a lab in the same process; nil before it runs and after.
  var service: CloudService? { serving.withLock { $0?.service } }
  var faults: FaultService? { serving.withLock { $0?.faults } }

  /// Serves until the task is cancelled; `ready` is called with the endpoints once both ports are open. Throws `LabError` when it cannot start.
  package func run(ready: @escaping @Sendable (CloudEndpoints) async -> Void) async throws {
    let folder = plan.paths.cloud
    do { try files.makeDirectory(folder, mode: 0o700) } catch { throw LabError(.cannotCreate, "cannot make the folder \(folder): \(error)") }
    let keys = try CloudKeys.load(folder, files: files, clock: clock, random: random)
    let authority = try LabCA(authorityPEM: keys.authorityPEM, privateKeyPEM: keys.authorityKeyPEM, clock: clock)
    let certificate = try authority.serverCertificate(names: ["localhost", "127.0.0.1", "::1", plan.configuration.cloud.listen])
    let service = try await openService(authority)
    try await seed(service, keys)

    let configured = plan.configuration.cloud
    let acceptor = try await listen(configured.linkPort, keys.linkPort) { port in
      try await CloudLinkAcceptor.start(
        host: configured.listen, port: port, certificatePEM: certificate.certificatePEM, privateKeyPEM: certificate.privateKeyPEM,
        authorityPEM: keys.authorityPEM, delegate: service, clock: clock)
    }
    await service.use(acceptor, address: acceptor.address)
    let faults = FaultService(clock: clock, random: random, events: hub) { await service.state().connectors }
    await faults.use(acceptor)
    await service.start()
    let keeper = Task { [self] in
      await MetadataKeeper(paths: plan.paths, files: files, clock: clock, random: random, events: hub).keep()
    }
    defer { keeper.cancel() }
    serving.withLock { $0 = (service, faults) }
    defer { serving.withLock { $0 = nil } }
    let http = CloudHTTP(service: service, labToken: keys.labToken, faults: faults)
    do {
      try await listen(configured.apiPort, keys.apiPort) { [self] port in
        let server = CloudAPIServer(
          .init(host: configured.listen, port: port, certificateChainPEM: certificate.certificatePEM, privateKeyPEM: certificate.privateKeyPEM),
          http: http, releases: ReleaseFiles(files: files, folder: plan.paths.releases))
        try await server.run { bound in
          if let endpoints = try? self.announce(keys, apiPort: bound, link: acceptor.address) { await ready(endpoints) }
        }
      }
    } catch {
      await faults.stop()
      await acceptor.stop()
      await service.stop()
      throw error
    }
    await faults.stop()
    await acceptor.stop()
    await service.stop()
    try? files.remove(plan.endpointsFile)
    hub.flush()
  }

  private func openService(_ authority: LabCA) async throws -> CloudService {
    let opened = try openStore()
    var settings = CloudSettings()
    settings.rollout.compatibility =
      switch plan.configuration.cloud.updates {
      case .ours: .ours
      case .vendor: .vendor(.location)
      case .vendorAccount: .vendor(.account)
      }
    settings.heartbeatEvery = plan.configuration.cloud.heartbeatEvery.duration
    settings.heartbeatTimeout = plan.configuration.cloud.leaseLength.duration * 2 / 3
    settings.leaseLength = plan.configuration.cloud.leaseLength.duration
    // A lab is small and watched: its connectors start within a minute, where a fleet's would spread over half an hour.
    settings.rollout.splay = .seconds(60)
    return CloudService(
      settings: settings, records: opened.records,
      ports: .init(
        clock: clock, random: random, events: hub, certificates: authority, store: opened.store,
        releases: RepositoryListing(files: files, folder: plan.paths.releases)))
  }

  private func openStore() throws(LabError) -> (store: CloudStore, records: [CloudRecord]) {
    do { return try CloudService.openStore(path: "\(plan.paths.cloud)/cloud.sqlite", clock: clock, events: hub, onStep: onStep) } catch {
      throw LabError(.cannotCreate, "the cloud's database cannot be opened: \(error)")
    }
  }

  /// Customer, client, resource location and the published configuration: what an administrator would have set up.
  private func seed(_ service: CloudService, _ keys: CloudKeys) async throws {
    let cloud = plan.configuration.cloud
    let location = plan.configuration.resourceLocation
    do {
      try await service.seed(
        customers: [CustomerRecord(id: cloud.customer, name: cloud.customer)],
        clients: [.init(customer: cloud.customer, id: cloud.clientID, name: "lab", secret: keys.clientSecret)],
        locations: [
          LocationRecord(
            customer: cloud.customer,
            model: ResourceLocationModel(
              id: keys.resourceLocation, name: location.name, internalOnly: false, timeZone: location.timeZone, readOnly: false))
        ])
      let broker = try loadBroker()
      _ = try await service.publish(customer: cloud.customer, location: keys.resourceLocation, configuration: try broker.canonicalBytes())
    } catch let refusal as CloudRefusal {
      throw LabError(.failed, "the cloud cannot be set up: \(refusal)")
    }
  }

  private func loadBroker() throws -> BrokerConfiguration {
    let bytes: [UInt8]
    do { bytes = try files.read(plan.brokerFile) } catch { throw LabError(.noInput, "cannot read the broker configuration: \(error)") }
    do { return LabSite.made(try BrokerConfigurationYAML.load(file: plan.brokerFile, bytes: bytes), plan.configuration.resourceLocation) } catch {
      throw LabError(.configuration, "the broker configuration is wrong:\n\(error)")
    }
  }

  /// Opens a port: the configured one, else the one of the last run, else any.
  private func listen<Value>(_ configured: Int, _ last: Int, _ open: (Int) async throws -> Value) async throws -> Value {
    if configured != 0 || last == 0 {
      do { return try await open(configured) } catch {
        throw LabError(.failed, "\(error). The port stands in \(plan.configurationFile); 0 takes any free one")
      }
    }
    do { return try await open(last) } catch is CancellationError { throw CancellationError() } catch { return try await open(0) }
  }

  private func announce(_ keys: CloudKeys, apiPort: Int, link: String) throws -> CloudEndpoints {
    let folder = plan.paths.cloud
    let host = plan.configuration.cloud.listen
    let endpoints = CloudEndpoints(
      api: "https://\(host):\(apiPort)", link: link, caFile: "\(folder)/ca.pem", customer: plan.configuration.cloud.customer,
      resourceLocation: keys.resourceLocation, resourceLocationName: plan.configuration.resourceLocation.name,
      clientID: plan.configuration.cloud.clientID, clientSecretFile: "\(folder)/client-secret", labToken: keys.labToken, pid: getpid())
    var kept = keys
    kept.apiPort = apiPort
    kept.linkPort = link.split(separator: ":").last.flatMap { Int($0) } ?? 0
    if kept.apiPort != keys.apiPort || kept.linkPort != keys.linkPort { try kept.save(folder, files: files) }
    try files.replace(endpoints.caFile, with: Array(keys.authorityPEM.utf8), mode: 0o644, step: "lab.cloud-ca")
    try files.replace(endpoints.clientSecretFile, with: Array(keys.clientSecret.utf8), mode: 0o600, step: "lab.client-secret")
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
    try files.replace(plan.endpointsFile, with: Array(try encoder.encode(endpoints)) + [10], mode: 0o600, step: "lab.cloud-endpoints")
    return endpoints
  }
}
