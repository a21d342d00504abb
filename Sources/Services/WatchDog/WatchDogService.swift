import AgentSystem
import CloudAPI
import ConnectorSettings
import EventCatalog
import Evergreen
package import ServiceKit
package import World

/// The WatchDog: the only client of the Agent System, the monitor of the other services, and the connector's updater.
package enum WatchDogService: Service {
  package static let name = ServiceName.watchDog
  package static let uses: [ServiceName] = [.agentSystem]

  /// Without a supervisor around it there is nobody to watch.
  package static func run(_ context: ServiceContext, _ lifecycle: ServiceLifecycle) async throws {
    try await run(context, lifecycle, monitoring: NoMonitoring())
  }

  package static func run(
    _ context: ServiceContext, _ lifecycle: ServiceLifecycle, monitoring: any ServiceMonitoring, updates ports: UpdaterPorts = .none,
    settings: WatchDogSettings = WatchDogSettings()
  ) async throws {
    let link = AgentLink(clock: context.clock, random: context.random) { try context.connectToAgentSystem() }
    var settings = settings
    settings.isCoordinated = context.configuration.state.releases != nil && context.configuration.updates.root != nil
    let performer = WatchDogPerformer(link: link, monitoring: monitoring, context: context)
    let shell = ServiceShell(name, logic: WatchDogLogic(settings), performer: performer, clock: context.clock)
    let updater = updater(context, ports) { operation in
      guard case .privileged(let answer) = try await shell.ask({ .elevate($0, operation, asker: name) }) else {
        throw ServiceUnavailable(service: name, reason: .stopped)
      }
      return answer
    }
    let face = WatchDogFace(ask: { try await shell.ask($0) }, askUpdater: { try await updater.ask($0) }, look: { await updater.send(.look) })
    lifecycle.onPing {
      await shell.ping()
      await updater.ping()
    }
    await withDiscardingTaskGroup { group in
      group.addTask { await updater.run(first: [.started]) {} }
      await shell.run(first: [.started]) {
        context.registry.publish(.elevation, face, incarnation: lifecycle.incarnation)
        context.registry.publish(
          wire: WatchDogWire(face: face, clock: context.clock, emit: { context.emit($0) }), of: name, incarnation: lifecycle.incarnation)
        lifecycle.ready()
      }
    }
    context.registry.withdraw(name, incarnation: lifecycle.incarnation)
    await link.close()
    try Task.checkCancellation()
  }

  private static func updater(
    _ context: ServiceContext, _ ports: UpdaterPorts, _ privileged: @escaping @Sendable (PrivilegedOperation) async throws -> PrivilegedAnswer
  ) -> ServiceShell<UpdaterLogic, UpdaterPerformer> {
    let configuration = context.configuration
    var settings = UpdaterSettings(
      version: ports.version, boot: ports.boot, hasReleases: configuration.state.releases != nil, hasRoot: configuration.updates.root != nil)
    settings.update = ports.settings ?? UpdateSettings(configuration)
    settings.isFIPS = ports.isFIPS
    settings.digest = ports.digest
    settings.machine = ports.machine
    let store = UpdateLeaseStore(directory: context.directory, files: context.files)
    let logic = UpdaterLogic(settings, lease: store.load { context.emit($0) })
    let performer = UpdaterPerformer(ports: ports, store: store, context: context, privileged: privileged)
    return ServiceShell(name, logic: logic, performer: performer, clock: context.clock)
  }
}

/// The WatchDog as the services after it see it.
struct WatchDogFace: Elevating {
  let ask: @Sendable (@Sendable (RequestID) -> WatchDogLogic.Event) async throws -> WatchDogLogic.Answer
  let askUpdater: @Sendable (@Sendable (RequestID) -> UpdaterLogic.Event) async throws -> UpdaterLogic.Answer
  let look: @Sendable () async -> Void

  func elevate(_ operation: PrivilegedOperation, asker: CallingService) async throws -> PrivilegedAnswer {
    guard case .privileged(let answer) = try await ask({ .elevate($0, operation, asker: asker.name) }) else {
      throw ServiceUnavailable(service: .watchDog, reason: .stopped)
    }
    return answer
  }

  func standing() async throws -> ConnectorStanding {
    guard case .report(let report) = try await ask({ .report($0) }) else { throw ServiceUnavailable(service: .watchDog, reason: .stopped) }
    let updates = try await updates()
    var standing = report.standing
    standing.update = updates.standing
    guard updates.isKnown else { return standing }
    standing.isRestartPending = report.pendingRestart != nil
    standing.updatesBarred = updates.barred
    return standing
  }

  func updates() async throws -> UpdaterLogic.Report {
    guard case .report(let report) = try await askUpdater({ .report($0) }) else { throw ServiceUnavailable(service: .watchDog, reason: .stopped) }
    return report
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
