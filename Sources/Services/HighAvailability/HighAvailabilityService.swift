import ConnectorSettings
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
    let settings = HighAvailabilityLogic.Settings(
      fqdn: configuration.connector.fqdn, boot: boot ?? Hex.encode(context.random.bytes(16)),
      probeEvery: configuration.highAvailability.probeEvery.duration, peerTimeout: configuration.highAvailability.peerTimeout.duration)
    let shell = HighAvailabilityShell(
      name, logic: HighAvailabilityLogic(settings), performer: HighAvailabilityPerformer(context, peers: peers), clock: context.clock)
    lifecycle.onPing { await shell.ping() }
    await shell.run(first: [.started]) {
      context.registry.publish(.election, Elector(shell: shell) as any Electing, incarnation: lifecycle.incarnation)
      context.registry.publish(wire: HighAvailabilityWire(shell: shell), of: name, incarnation: lifecycle.incarnation)
      lifecycle.ready()
    }
    peers.setAnswer(nil)
    context.registry.withdraw(name, incarnation: lifecycle.incarnation)
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
