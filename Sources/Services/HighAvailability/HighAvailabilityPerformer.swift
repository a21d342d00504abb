import AgentSystem
import CloudAPI
import ConnectorSettings
import EventCatalog
package import ServiceKit
import World

/// Does what the logic says: reads the configuration, asks peers, answers them, waits, emits.
package struct HighAvailabilityPerformer: DirectivePerformer {
  private let context: ServiceContext
  private let peers: any PeerChannel
  private let standing: Latest<Standing>

  package init(_ context: ServiceContext, peers: any PeerChannel, standing: Latest<Standing> = Latest()) {
    self.context = context
    self.peers = peers
    self.standing = standing
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
    case .outage(let task): return outage(task)
    case .answer: return nil
    }
  }

  private func outage(_ task: OutageTask) -> Background<HighAvailabilityLogic.Event>? {
    switch task {
    case .tell(let standing):
      self.standing.set(standing)
      return nil
    case .abandonImport:
      return Background { [context] in
        // A synchronizer that does not run imports nothing.
        if let imports = try? context.find(.imports) { await imports.abandonImport() }
        return nil
      }
    case .lookAtCloud: return Background { [context] in .outage(.looked(Self.reaches(context.cloud.status().state))) }
    case .readForced(let order):
      return Background { [context] in
        guard case .value(.registry(let value)) = try? await context.elevate(.registryRead(KnownRegistryKeys.outageModeForced)) else {
          return .outage(.forceRead(nil, order: order))
        }
        return .outage(.forceRead(value == .integer(1), order: order))
      }
    case .wait(let until):
      return Background { [context] in
        do { try await context.clock.sleep(until: until) } catch { return nil }
        return .outage(.due)
      }
    case .record(let flag, let value):
      return Background { [context] in
        let key =
          switch flag {
          case .entered: KnownRegistryKeys.lhcOutageModeEntered
          case .enabled: KnownRegistryKeys.lhcEnabled
          }
        let answer = try? await context.elevate(.registryWrite(key, .integer(value ? 1 : 0)))
        return .outage(.recorded(flag, value, isDone: answer == .done))
      }
    }
  }

  /// The link stands for the cloud's broker; what is brokered through it is told beside (`OutageSensing`). Nil says nothing; a probe that was asked for is unanswered then.
  private static func reaches(_ state: LinkStatus.State) -> Bool? {
    switch state {
    case .connected: true
    case .backingOff: false
    case .registering, .connecting, .deleted, .stopped: nil
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
