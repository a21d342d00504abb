import ConnectorSettings
package import ServiceKit
package import World

/// The Logger: takes every service's lines from the queue and writes each service a file. It differs from the other services in one thing: its queue
/// outlives it, because services log while it restarts, so `run` is handed the daemon's.
package enum LoggerService {
  package static let name = ServiceName.logger
  package static let uses: [ServiceName] = []

  /// Where the files are, `<service>.log` each.
  package static func directory(state: String) -> String { state + "/logs" }

  package static func run(_ context: ServiceContext, _ lifecycle: ServiceLifecycle, queue: LogQueue) async throws {
    let settings = context.configuration.logger
    let directory = directory(state: context.configuration.state.directory)
    let performer = LoggerPerformer(context: context, queue: queue, directory: directory, keep: settings.keep)
    let levels = Dictionary(uniqueKeysWithValues: ServiceName.allCases.map { ($0, queue.level(of: $0)) })
    let logic = LoggerLogic(directory: directory, rotateBytes: settings.rotateBytes, keep: settings.keep, levels: levels)
    let shell = ServiceShell(name, logic: logic, performer: performer, clock: context.clock)
    queue.recover()
    lifecycle.onPing { await shell.ping() }
    context.registry.publish(wire: LoggerWire { try await shell.ask($0) }, of: name, incarnation: lifecycle.incarnation)
    await shell.run(first: [performer.open()], ready: lifecycle.ready)
    context.registry.withdraw(name, incarnation: lifecycle.incarnation)
    writeTheRest(performer, levels: levels)
  }

  /// The lines that were still waiting when the service was stopped, in one try: the disk may be full, and a stop has a budget.
  private static func writeTheRest(_ performer: LoggerPerformer, levels: [ServiceName: LogLine.Level]) {
    performer.queue.recover()
    guard let batch = performer.queue.takeNow() else { return }
    let settings = performer.context.configuration.logger
    var logic = LoggerLogic(directory: performer.directory, rotateBytes: settings.rotateBytes, keep: settings.keep, levels: levels)
    let now = performer.context.clock.now()
    _ = logic.handle(performer.open(), at: now)
    for directive in logic.handle(.batch(batch), at: now) {
      switch directive {
      // What finds no space stays in the queue for the next incarnation, if there is one.
      case .write(let writes, let batch): _ = performer.write(writes, settling: batch)
      case .emit(let event): performer.context.emit(event)
      default: break
      }
    }
  }
}
