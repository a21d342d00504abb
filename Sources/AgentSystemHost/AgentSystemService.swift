import AgentSystem
import ConnectorSettings
import EventCatalog
import ReleaseSlots
import Releases
package import ServiceKit
package import World

/// The Agent System as a service of the daemon: in one process, over the frames that the socket will carry.
package enum AgentSystemService: Service {
  package static let name = ServiceName.agentSystem
  package static let uses: [ServiceName] = []

  /// Without a daemon around it there is nothing to restart.
  package static func run(_ context: ServiceContext, _ lifecycle: ServiceLifecycle) async throws {
    try await run(context, lifecycle, .none(version: "0.0.0"))
  }

  package static func run(_ context: ServiceContext, _ lifecycle: ServiceLifecycle, _ ports: AgentSystemPorts) async throws {
    let host = AgentSystemHost(
      directory: context.directory, files: context.files, clock: context.clock, ports: ports, releases: releases(context)
    ) { context.emit($0) }
    let (connections, door) = AsyncStream.makeStream(of: AgentConnection.self, bufferingPolicy: .bufferingOldest(16))
    lifecycle.onPing { await host.ping() }
    await host.start()
    context.registry.publish(
      .agentSystem, InProcessDoor(host: host, door: door, refuse: { context.emit(.agentSystemCallerDenied(caller: $0.rawValue)) }),
      incarnation: lifecycle.incarnation)
    defer { context.registry.withdraw(name, incarnation: lifecycle.incarnation) }
    lifecycle.ready()
    await withDiscardingTaskGroup { group in
      for await connection in connections { group.addTask { await connection.serve() } }
      group.cancelAll()
    }
    await host.stop()
    try Task.checkCancellation()
  }
}

extension AgentSystemService {
  /// Nil unless the configuration names a release folder.
  private static func releases(_ context: ServiceContext) -> ReleaseOperations? {
    guard let root = context.configuration.state.releases else { return nil }
    var settings = ReleaseSlots.Settings(context.configuration)
    settings.isFIPS = FIPSMode.isOn(context.files)
    let trail = FactTrail(files: context.files, root: root)
    return ReleaseOperations(
      ReleaseSlots(files: context.files, root: root, settings: settings) { fact in
        trail.add(fact)
        if let event = Event(fact) { context.emit(event) }
      })
  }
}

/// Makes connections of services in the same process. Who the caller is comes from its context's witness.
private struct InProcessDoor: AgentSystemReaching {
  let host: AgentSystemHost
  let door: AsyncStream<AgentConnection>.Continuation
  let refuse: @Sendable (ServiceName) -> Void

  func connect(_ caller: CallingService) throws -> any AgentTransport {
    guard caller.name == .watchDog else {
      refuse(caller.name)
      throw Refusal(.notTheWatchDog, "only \(ServiceName.watchDog.rawValue) may call the Agent System; this is \(caller.name.rawValue)")
    }
    let (ours, theirs) = InProcessTransport.pair()
    guard case .enqueued = door.yield(AgentConnection(ours, caller: caller.name, host: host)) else {
      throw ServiceUnavailable(service: .agentSystem, reason: .stopped)
    }
    return theirs
  }
}

extension AgentSystemHost {
  /// Returns when the requests before it have been decided: the liveness ping.
  package func ping() {}
}
