import AgentSystem
import Broker
import CloudAPI
import ConnectorSettings
import FoundationEssentials
package import ServiceKit
import World

/// Does what the logic says: asks the cloud's broker, machines and peers, tells High Availability, waits, emits.
package struct RemoteBrokerPerformer: DirectivePerformer {
  /// So long the peers have to keep a ticket before it is given out all the same. Chosen.
  static let keepLimit = Duration.seconds(2)

  private let context: ServiceContext
  private let ports: RemoteBrokerPorts

  package init(_ context: ServiceContext, ports: RemoteBrokerPorts) {
    self.context = context
    self.ports = ports
  }

  package func perform(_ directive: RemoteBrokerLogic.Directive) -> Background<RemoteBrokerLogic.Event>? {
    switch directive {
    case .relay(let id, let request, let limit): return Background { [context] in .relayed(id, await Self.relay(request, limit, context)) }
    case .brokered(let kind, let ok):
      return Background { [context] in
        if let outage = try? context.find(.outage) { await outage.brokered(kind, ok: ok) }
        return nil
      }
    case .storeFrontAsked:
      return Background { [context] in
        if let outage = try? context.find(.outage) { await outage.storeFrontAsked() }
        return nil
      }
    case .prepare(let order, let callback): return Background { [ports] in .prepared(order, await ports.prepare(order, callback)) }
    case .keepTicket(let number, let ticket):
      return Background { [context] in
        await Self.keep(number, ticket, context)
        return .ticketKept(number)
      }
    case .handOver(let tickets, let peer):
      return Background { [context] in
        await Self.handOver(tickets, to: peer, context)
        return nil
      }
    case .readStandalone:
      return Background { [context] in
        let answer = try? await context.elevate(.registryRead(KnownRegistryKeys.standaloneTickets))
        return .standalone(answer == .value(.registry(.integer(1))))
      }
    case .wait(let until):
      return Background { [context] in
        do { try await context.clock.sleep(until: until) } catch { return nil }
        return .due(until)
      }
    case .emit(let event):
      context.emit(event)
      return nil
    case .answer: return nil
    }
  }

  /// Ends within the limit, whatever the link does.
  private static func relay(_ request: BrokerRequest, _ limit: Duration, _ context: ServiceContext) async -> RelayOutcome {
    await withTaskGroup(of: RelayOutcome?.self) { group in
      group.addTask { await ask(request, context) }
      group.addTask {
        do { try await context.clock.sleep(for: limit) } catch { return nil }
        return .failed("no answer within \(limit.nanoseconds / 1_000_000_000) s")
      }
      defer { group.cancelAll() }
      for await outcome in group { if let outcome { return outcome } }
      return .failed("this connector stops")
    }
  }

  private static func ask(_ request: BrokerRequest, _ context: ServiceContext) async -> RelayOutcome {
    do {
      let body = Array(try JSONEncoder().encode(request))
      let response = try await context.cloud.ask(
        LinkRequest(method: "POST", path: ConnectorPaths.broker, headers: ["content-type": "application/json"], body: body))
      return interpret(response)
    } catch {
      return .failed("\(error)")
    }
  }

  /// What an answer of the cloud means. One that is not a broker's, and is not a failure of the cloud either, must lead into no outage.
  static func interpret(_ response: LinkResponse) -> RelayOutcome {
    switch response.status {
    case 200:
      guard let answer = try? JSONDecoder().decode(BrokerAnswer.self, from: Data(response.body)) else {
        return .failed("it sent an answer that cannot be understood")
      }
      return .answered(answer)
    case 404, 501: return .noBroker("the cloud has no broker: it answered \(response.status)")
    case 400..<500: return .answered(.refused(BrokerRefusal(.badRequest, "the cloud did not take the request: it answered \(response.status)")))
    default: return .failed("it answered \(response.status)")
    }
  }

  /// The kind of parcel that tickets go to peers in.
  static let parcel = "ticket"

  private static func wrapped(_ number: UInt64, _ ticket: HeldTicket) -> PeerParcel? {
    guard let json = try? JSONEncoder().encode(ticket), json.count <= PeerParcel.largest else { return nil }
    return PeerParcel(kind: parcel, number: number, body: String(decoding: json, as: UTF8.self))
  }

  /// One that does not take one is away again, and gets them when it is back; one that takes no tickets at all is not tried with each.
  private static func handOver(_ tickets: [HeldTicket], to peer: String, _ context: ServiceContext) async {
    guard let keeping = try? context.find(.peerKeeping) else { return }
    for (index, ticket) in tickets.enumerated() {
      guard let parcel = wrapped(UInt64(index), ticket) else { continue }
      if await keeping.keep(parcel, by: peer, within: keepLimit).kept == 0 {
        return context.log.write(.warning, "\(peer) was away and was to have \(tickets.count) tickets; it took \(index)")
      }
    }
    context.log.write(.info, "\(peer) was away and has \(tickets.count) tickets from here now")
  }

  private static func keep(_ number: UInt64, _ ticket: HeldTicket, _ context: ServiceContext) async {
    guard let keeping = try? context.find(.peerKeeping), let parcel = wrapped(number, ticket) else { return }
    let kept = await keeping.keep(parcel, by: nil, within: keepLimit)
    if kept.failed > 0 { context.log.write(.warning, "a ticket was not kept by \(kept.failed) of \(kept.failed + kept.kept) peers") }
  }
}
