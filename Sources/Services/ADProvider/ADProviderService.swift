import ConnectorSettings
package import Directory
package import ServiceKit
package import World

/// Answers look-ups in the joined directory and watches its domain controllers.
package enum ADProviderService {
  package static let name = ServiceName.adProvider
  package static let uses: [ServiceName] = []

  /// - Parameter load: makes the directory from the text of `directory.file`; it throws what is wrong with the text, in words for people.
  package static func run(
    _ context: ServiceContext, _ lifecycle: ServiceLifecycle, load: @escaping @Sendable (String) throws -> any DirectoryReading
  ) async {
    let settings = context.configuration.directory
    let logic = ADProviderLogic(file: settings.file, healthEvery: settings.healthEvery.duration)
    let performer = ADProviderPerformer(context, file: settings.file, load: load)
    let shell = ADProviderShell(name, logic: logic, performer: performer, clock: context.clock)
    lifecycle.onPing { await shell.ping() }
    await shell.run(first: [.started]) {
      context.registry.publish(.directory, DirectoryDesk(shell: shell) as any DirectoryLooking, incarnation: lifecycle.incarnation)
      context.registry.publish(wire: ADProviderWire(shell: shell), of: name, incarnation: lifecycle.incarnation)
      lifecycle.ready()
    }
    context.registry.withdraw(name, incarnation: lifecycle.incarnation)
  }
}

typealias ADProviderShell = ServiceShell<ADProviderLogic, ADProviderPerformer>
