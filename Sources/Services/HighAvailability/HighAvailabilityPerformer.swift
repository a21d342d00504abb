import AgentSystem
import ConnectorSettings
import EventCatalog
package import ServiceKit
import World

/// Does what the logic says: reads the configuration, asks peers, answers them, waits, emits.
package struct HighAvailabilityPerformer: DirectivePerformer {
  private let context: ServiceContext
  private let peers: any PeerChannel

  package init(_ context: ServiceContext, peers: any PeerChannel) {
    self.context = context
    self.peers = peers
  }

  package func perform(_ directive: HighAvailabilityLogic.Directive) -> Background<HighAvailabilityLogic.Event>? {
    switch directive {
    case .readConfiguration: return Background { [context] in .configuration(await Self.read(context)) }
    case .probe(let fqdn, let address, let hello, let timeout):
      return Background { [peers] in
        guard let result = await Self.probe(peers, address, hello, timeout) else { return nil }
        return .probed(fqdn: fqdn, address: address, result)
      }
    case .answerPeers(let hello):
      if let hello { peers.setAnswer { hello } } else { peers.setAnswer(nil) }
      return nil
    case .wait(let until):
      return Background { [context] in
        do { try await context.clock.sleep(until: until) } catch { return nil }
        return .due
      }
    case .emit(let event):
      context.emit(event)
      return nil
    case .record(let isElected):
      return Background { [context] in
        let answer = try? await context.elevate(.registryWrite(KnownRegistryKeys.lhcIsElected, .integer(isElected ? 1 : 0)))
        return .recorded(isElected: isElected, answer == .done)
      }
    case .answer: return nil
    }
  }

  /// Nil when the probe was cancelled: the service is stopping.
  private static func probe(
    _ peers: any PeerChannel, _ address: String, _ hello: PeerHello, _ timeout: Duration
  ) async -> Result<PeerHello, PeerFailure>? {
    do {
      return .success(try await peers.probe(address, hello: hello, timeout: timeout))
    } catch let failure as PeerFailure {
      return .failure(failure)
    } catch is CancellationError {
      return nil
    } catch {
      return .failure(PeerFailure(.unreachable, "\(error)"))
    }
  }

  private static func read(_ context: ServiceContext) async -> HighAvailabilityLogic.ConfigurationView {
    do {
      let reading = try context.find(.configuration)
      guard try await reading.currentRevision() != nil else { return .neverSynced }
      return .synced(try await reading.edgeServers())
    } catch {
      return .unavailable("\(error)")
    }
  }
}
