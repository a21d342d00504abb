import AgentSystem
import EventCatalog
package import ServiceKit
package import World

/// The WatchDog: the only client of the Agent System, and the monitor of the other services.
package enum WatchDogService: Service {
  package static let name = ServiceName.watchDog
  package static let uses: [ServiceName] = [.agentSystem]

  /// Without a supervisor around it there is nobody to watch.
  package static func run(_ context: ServiceContext, _ lifecycle: ServiceLifecycle) async throws {
    try await run(context, lifecycle, monitoring: NoMonitoring())
  }

  package static func run(
    _ context: ServiceContext, _ lifecycle: ServiceLifecycle, monitoring: any ServiceMonitoring, settings: WatchDogSettings = WatchDogSettings()
  ) async throws {
    let link = AgentLink(clock: context.clock, random: context.random) { try context.connectToAgentSystem() }
    let performer = WatchDogPerformer(link: link, monitoring: monitoring, context: context)
    let shell = ServiceShell(name, logic: WatchDogLogic(settings), performer: performer, clock: context.clock)
    let face = WatchDogFace { try await shell.ask($0) }
    lifecycle.onPing { await shell.ping() }
    await shell.run(first: [.started]) {
      context.registry.publish(.elevation, face, incarnation: lifecycle.incarnation)
      context.registry.publish(wire: WatchDogWire(ask: face.ask), of: name, incarnation: lifecycle.incarnation)
      lifecycle.ready()
    }
    context.registry.withdraw(name, incarnation: lifecycle.incarnation)
    await link.close()
    try Task.checkCancellation()
  }
}

/// The WatchDog as the services after it see it.
struct WatchDogFace: Elevating {
  typealias Ask = @Sendable (@Sendable (RequestID) -> WatchDogLogic.Event) async throws -> WatchDogLogic.Answer
  let ask: Ask

  func elevate(_ operation: PrivilegedOperation, asker: CallingService) async throws -> PrivilegedAnswer {
    guard case .privileged(let answer) = try await ask({ .elevate($0, operation, asker: asker.name) }) else {
      throw ServiceUnavailable(service: .watchDog, reason: .stopped)
    }
    return answer
  }

  func standing() async throws -> ConnectorStanding {
    guard case .report(let report) = try await ask({ .report($0) }) else { throw ServiceUnavailable(service: .watchDog, reason: .stopped) }
    return report.standing
  }
}

struct WatchDogPerformer: DirectivePerformer {
  let link: AgentLink
  let monitoring: any ServiceMonitoring
  let context: ServiceContext

  func perform(_ directive: WatchDogLogic.Directive) -> Background<WatchDogLogic.Event>? {
    switch directive {
    case .answer: nil
    case .emit(let event):
      emit(event)
    case .ask(let purpose, let operation, let asker):
      Background {
        do { return .answered(purpose, operation, .success(try await link.call(operation, asker: asker))) } catch {
          return .answered(purpose, operation, .failure(error))
        }
      }
    case .readConditions: Background { .conditions(await monitoring.conditions()) }
    case .wake(let alarm, let delay):
      Background {
        guard (try? await context.clock.sleep(for: delay)) != nil else { return nil }
        return alarm == .poll ? .pollDue : .checkDue
      }
    }
  }

  private func emit(_ event: EventCatalog.Event) -> Background<WatchDogLogic.Event>? {
    context.emit(event)
    return nil
  }
}
