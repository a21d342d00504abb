package import BrokerConfiguration
import ConnectorSettings
package import ServiceKit
package import World

/// Keeps the brokering configuration in step with the cloud.
package enum ConfigSynchronizerService {
  package static let name = ServiceName.configSynchronizer
  package static let uses: [ServiceName] = []

  /// Runs until its task is cancelled.
  ///
  /// - Parameter database: on a real disk `ConfigStore(directory: context.directory, keep: context.configuration.configSync.keep, files: context.files)`.
  package static func run(_ context: ServiceContext, _ lifecycle: ServiceLifecycle, database: any ConfigurationDatabase) async {
    let logic = ConfigSynchronizerLogic(interval: context.configuration.configSync.interval.duration)
    let board = ConfigurationBoard()
    let shell = ConfigSynchronizerShell(
      name, logic: logic, performer: ConfigSynchronizerPerformer(context, database: database, board: board), clock: context.clock)
    lifecycle.onPing { await shell.ping() }
    await shell.run(first: [.started]) {
      let reader = ConfigurationReader(shell: shell, database: database, board: board)
      context.registry.publish(.configuration, reader as any ConfigurationReading, incarnation: lifecycle.incarnation)
      context.registry.publish(.imports, reader as any ConfigurationImporting, incarnation: lifecycle.incarnation)
      context.registry.publish(wire: ConfigSynchronizerWire(shell: shell), of: name, incarnation: lifecycle.incarnation)
      lifecycle.ready()
    }
    board.finish()
    context.registry.withdraw(name, incarnation: lifecycle.incarnation)
  }
}

typealias ConfigSynchronizerShell = ServiceShell<ConfigSynchronizerLogic, ConfigSynchronizerPerformer>

/// The interface for the services after this one. Questions wait until the database at start has been opened.
struct ConfigurationReader: ConfigurationReading, ConfigurationImporting {
  let shell: ConfigSynchronizerShell
  let database: any ConfigurationDatabase
  let board: ConfigurationBoard

  func configuration() async throws -> BrokerConfiguration? { try await database.read() }
  func revisions() -> AsyncStream<Int> { board.revision.changes() }
  func imports() -> AsyncStream<Bool> { board.isImporting.changes() }
  func abandonImport() async { board.abandon() }

  func currentRevision() async throws -> Int? {
    guard case .revision(let revision) = try await shell.ask({ .asked($0, .revision) }) else { return nil }
    return revision
  }

  func edgeServers() async throws -> [EdgeServer] {
    guard case .edgeServers(let servers) = try await shell.ask({ .asked($0, .edgeServers) }) else { return [] }
    return servers
  }
}
