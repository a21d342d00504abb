import ADProviderService
import AgentSystemHost
import ConfigStore
import ConfigSynchronizerService
import ConnectorSettings
import CredentialProviderService
import EventHub
import HighAvailabilityService
import LoggerService
import RemoteBrokerService
import ServiceKit
import ServiceOrder
import Supervision
import WatchDogService
import World

/// The children of the supervisor: one for each of the seventeen, in the order of `ServiceOrder`.
struct ServiceStarts: Sendable {
  let connector: Connector
  let parts: ConnectorParts

  func children() -> [ChildSpec] {
    let settings = connector.configuration.supervision
    return ServiceOrder.all.map { entry in
      ChildSpec(
        id: entry.name.rawValue, policy: .permanent, isEnabled: entry.isSimulated, readyWithin: settings.readyWithin.duration,
        pingEvery: settings.pingEvery.duration, pingDeadline: settings.pingDeadline.duration, stopWithin: settings.stopWithin.duration
      ) { handle in
        try await run(entry, handle)
      }
    }
  }

  /// One incarnation of one service, with the testbed's switch beside it.
  private func run(_ entry: ServiceOrder.Entry, _ handle: ChildHandle) async throws {
    let fault = connector.faults.begin(entry.name)
    let lifecycle = ServiceLifecycle(
      incarnation: handle.incarnation, ready: { handle.ready() },
      onPing: { ping in
        handle.onPing {
          await ping()
          // A hung service answers nothing any more; the supervisor cancels this wait with the incarnation.
          if fault.isHung { await waitForCancellation() }
        }
      })
    let context = try makeContext(entry)
    defer { connector.registry.withdraw(entry.name, incarnation: handle.incarnation) }
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await start(entry.name, context, lifecycle) }
      group.addTask { try await fault.waitForCrash() }
      defer { group.cancelAll() }
      // Whichever ends first ends the incarnation: the service by itself, or the fault.
      try await group.next()
    }
  }

  private func makeContext(_ entry: ServiceOrder.Entry) throws -> ServiceContext {
    let directory = "\(connector.configuration.state.directory)/\(entry.name.rawValue)"
    try connector.ports.files.makeDirectory(directory, mode: 0o700)
    return ServiceContext(
      service: entry.name, uses: entry.uses, configuration: connector.configuration, clock: connector.ports.clock, random: connector.ports.random,
      files: connector.ports.files, directory: directory, cloud: parts.link, log: connector.logs.writer(for: entry.name),
      registry: connector.registry,
      events: connector.hub)
  }

  private func start(_ name: ServiceName, _ context: ServiceContext, _ lifecycle: ServiceLifecycle) async throws {
    switch name {
    case .agentSystem: try await AgentSystemService.run(context, lifecycle, parts.agentSystem)
    case .logger: try await LoggerService.run(context, lifecycle, queue: connector.logs)
    case .watchDog: try await WatchDogService.run(context, lifecycle, monitoring: parts.monitoring, updates: parts.updates)
    case .credentialProvider: try await CredentialProviderService.run(context, lifecycle)
    case .adProvider: await ADProviderService.run(context, lifecycle, load: parts.loadDirectory)
    case .configSynchronizer:
      let settings = context.configuration.configSync
      await ConfigSynchronizerService.run(
        context, lifecycle, database: ConfigStore(directory: context.directory, keep: settings.keep, files: context.files))
    case .highAvailability: await HighAvailabilityService.run(context, lifecycle, peers: parts.peers, boot: connector.hub.boot)
    case .remoteBroker: await RemoteBrokerService.run(context, lifecycle, ports: parts.remoteBroker)
    default: throw NotSimulated("service \(name.rawValue)")
    }
  }
}
