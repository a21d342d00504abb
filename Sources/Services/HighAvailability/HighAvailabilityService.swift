import ConnectorSettings
import Outage
package import ServiceKit
package import World

/// Watches the other connectors of the resource location and knows which one is elected.
package enum HighAvailabilityService {
  package static let name = ServiceName.highAvailability
  package static let uses: [ServiceName] = [.watchDog, .configSynchronizer]

  /// Runs until its task is cancelled; then peers are answered no more.
  ///
  /// - Parameter boot: the daemon's boot as peers are told it; one of its own when nil.
  package static func run(
    _ context: ServiceContext, _ lifecycle: ServiceLifecycle, peers: any PeerChannel, boot: String? = nil
  ) async {
    let configuration = context.configuration
    var settings = HighAvailabilityLogic.Settings(
      fqdn: configuration.connector.fqdn, boot: boot ?? Hex.encode(context.random.bytes(16)),
      probeEvery: configuration.highAvailability.probeEvery.duration, peerTimeout: configuration.highAvailability.peerTimeout.duration,
      outage: OutageLogic.Settings(configuration.highAvailability))
    settings.forceCheckEvery = configuration.highAvailability.forceCheckEvery.duration
    let standing = Latest<Standing>()
    let shell = HighAvailabilityShell(
      name, logic: HighAvailabilityLogic(settings), performer: HighAvailabilityPerformer(context, peers: peers, standing: standing),
      clock: context.clock)
    lifecycle.onPing { await shell.ping() }
    await withTaskGroup(of: Void.self) { group in
      group.addTask { await hearOfImports(context, shell) }
      await shell.run(first: [.started]) {
        context.registry.publish(.election, Elector(shell: shell) as any Electing, incarnation: lifecycle.incarnation)
        context.registry.publish(.outage, OutageSensor(shell: shell, standing: standing) as any OutageSensing, incarnation: lifecycle.incarnation)
        context.registry.publish(
          .peerKeeping, PeerKeeper(peers: peers, standing: standing) as any PeerKeeping, incarnation: lifecycle.incarnation)
        context.registry.publish(wire: HighAvailabilityWire(shell: shell, context: context), of: name, incarnation: lifecycle.incarnation)
        lifecycle.ready()
      }
      group.cancelAll()
    }
    standing.finish()
    peers.setAnswer(nil)
    context.registry.withdraw(name, incarnation: lifecycle.incarnation)
  }
}

/// Tells of imports for as long as the task lives, also across restarts of the synchronizer.
private func hearOfImports(_ context: ServiceContext, _ shell: HighAvailabilityShell) async {
  while !Task.isCancelled {
    if let imports = try? context.find(.imports) {
      for await importing in imports.imports() { await shell.send(.outage(.importing(importing))) }
      await shell.send(.outage(.importing(false)))
    }
    do { try await context.clock.sleep(for: .seconds(5)) } catch { return }
  }
}

typealias HighAvailabilityShell = ServiceShell<HighAvailabilityLogic, HighAvailabilityPerformer>

/// The interface for others.
struct Elector: Electing {
  let shell: HighAvailabilityShell

  func election() async throws -> ElectionView {
    let status = try await shell.ask { .asked($0) }
    return ElectionView(elected: status.elected, isSelf: status.isSelf, reason: status.reason, candidates: status.candidates)
  }
}

/// The interface for those that broker.
struct OutageSensor: OutageSensing {
  let shell: HighAvailabilityShell
  let standing: Latest<Standing>

  func brokered(_ what: BrokeringKind, ok: Bool) async { await shell.send(.outage(.brokered(what, ok: ok))) }
  func storeFrontAsked() async { await shell.send(.outage(.storeFrontAsked)) }
  func outage() async throws -> OutageView {
    let status = try await shell.ask { .asked($0) }
    return OutageView(
      mode: (status.mode ?? .workingNormally).rawValue, brokersHere: status.brokersHere ?? false, elected: status.elected)
  }
  func views() -> AsyncStream<OutageView> {
    let changes = standing.changes()
    return AsyncStream { continuation in
      let task = Task {
        var last: OutageView?
        for await standing in changes where standing.view != last {
          last = standing.view
          continuation.yield(standing.view)
        }
        continuation.finish()
      }
      continuation.onTermination = { _ in task.cancel() }
    }
  }
}

extension OutageLogic.Settings {
  /// The profile, with what the configuration has otherwise.
  init(_ settings: ConnectorConfiguration.HighAvailability) {
    var timers = OutageTimers.profile(settings.profile.rawValue) ?? .cloud60
    if let span = settings.initialHA { timers.initialHA = span.duration }
    if let span = settings.pendingRecovery { timers.pendingRecovery = span.duration }
    self.init(timers, needsStoreFront: settings.needsStoreFront)
  }
}
