import Broker
import BrokerConfiguration
import BrokerXML
import ConnectorSettings
import FoundationEssentials
package import ServiceKit
package import World

/// Answers machines, StoreFront and gateways: for the cloud's broker in normal mode, itself in an outage when this connector is the elected one.
package enum RemoteBrokerService {
  package static let name = ServiceName.remoteBroker
  package static let uses: [ServiceName] = [.watchDog, .adProvider, .configSynchronizer, .highAvailability]

  /// Runs until its task is cancelled; then its door is shut and nothing is brokered any more.
  package static func run(_ context: ServiceContext, _ lifecycle: ServiceLifecycle, ports: RemoteBrokerPorts) async {
    let shell = RemoteBrokerShell(
      name, logic: RemoteBrokerLogic(), performer: RemoteBrokerPerformer(context, ports: ports), clock: context.clock)
    lifecycle.onPing { await shell.ping() }
    let desk = BrokerDesk(shell: shell, context: context, connectorID: ports.connectorID)
    await withTaskGroup(of: Void.self) { group in
      group.addTask { await hearOfOutages(context, shell) }
      group.addTask { await hearOfPeers(context, shell) }
      group.addTask { await followConfiguration(context, shell, desk) }
      group.addTask { await keepDoorOpen(context, shell, desk, ports) }
      await shell.run(first: [.started]) {
        context.registry.publish(wire: RemoteBrokerWire(shell: shell, ports: ports), of: name, incarnation: lifecycle.incarnation)
        lifecycle.ready()
      }
      group.cancelAll()
    }
    context.registry.withdraw(name, incarnation: lifecycle.incarnation)
  }

  /// Between two tries to find an interface again whose service has ended. Chosen.
  private static let pause = Duration.seconds(1)

  /// Hears how the outage stands, and takes tickets of peers, for as long as the task lives, also across restarts of High Availability. While that
  /// is away the last word holds.
  private static func hearOfOutages(_ context: ServiceContext, _ shell: RemoteBrokerShell) async {
    var keeping: (any PeerKeeping)?
    defer { keeping?.setTaker(nil) }
    while !Task.isCancelled {
      if let outage = try? context.find(.outage) {
        keeping = try? context.find(.peerKeeping)
        keeping?.setTaker { parcel in await take(parcel, shell) }
        for await view in outage.views() { await shell.send(.standing(view)) }
      }
      do { try await context.clock.sleep(for: pause) } catch { return }
    }
  }

  /// Whoever was away gets the tickets that are alive: also the connector itself that gave them out, when it was started anew.
  private static func hearOfPeers(_ context: ServiceContext, _ shell: RemoteBrokerShell) async {
    while !Task.isCancelled {
      if let keeping = try? context.find(.peerKeeping) {
        for await peer in keeping.arrivals() { await shell.send(.peerArrived(peer)) }
      }
      do { try await context.clock.sleep(for: pause) } catch { return }
    }
  }

  private static func take(_ parcel: PeerParcel, _ shell: RemoteBrokerShell) async -> Bool {
    guard parcel.kind == RemoteBrokerPerformer.parcel, let ticket = try? JSONDecoder().decode(HeldTicket.self, from: Data(parcel.body.utf8)),
      case .taken(true)? = try? await shell.ask({ .peerTicket($0, ticket) })
    else { return false }
    return true
  }

  /// Hands each configuration to the broker, made ready beside the actor: of a large site that takes seconds.
  private static func followConfiguration(_ context: ServiceContext, _ shell: RemoteBrokerShell, _ desk: BrokerDesk) async {
    while !Task.isCancelled {
      if let reading = try? context.find(.configuration) {
        for await _ in reading.revisions() {
          do {
            guard let configuration = try await reading.configuration() else { continue }
            await shell.send(prepared(configuration, context, desk))
          } catch {
            await shell.send(.unreadable("\(error)"))
          }
        }
      }
      do { try await context.clock.sleep(for: pause) } catch { return }
    }
  }

  private static func prepared(_ configuration: BrokerConfiguration, _ context: ServiceContext, _ desk: BrokerDesk) -> RemoteBrokerLogic.Event {
    let connector = context.configuration.connector
    let zone = configuration.zones.first { $0.resourceLocation == connector.resourceLocation }?.name
    let listed = configuration.edgeServers.first { $0.fqdn.lowercased() == connector.fqdn.lowercased() }?.uuid
    return .configured(BrokerSite(configuration), zone: zone, authority: desk.authority(listed: listed))
  }

  /// The longest wait before the door is tried again. Chosen.
  private static let longestWait = Duration.seconds(30)

  private static func keepDoorOpen(
    _ context: ServiceContext, _ shell: RemoteBrokerShell, _ desk: BrokerDesk, _ ports: RemoteBrokerPorts
  ) async {
    guard let address = context.configuration.remoteBroker.listen, !address.isEmpty else { return }
    var wait = Duration.seconds(1)
    while !Task.isCancelled {
      do {
        let door = try await ports.listen(address, desk)
        await shell.send(.listening(door.address))
        await waitForCancellation()
        await door.stop()
        return
      } catch {
        await shell.send(.listenFailed(address: address, reason: "\(error)"))
      }
      do { try await context.clock.sleep(for: wait) } catch { return }
      wait = min(wait * 2, longestWait)
    }
  }
}

typealias RemoteBrokerShell = ServiceShell<RemoteBrokerLogic, RemoteBrokerPerformer>
