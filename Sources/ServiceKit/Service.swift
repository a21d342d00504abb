package import CloudAPI
package import ConnectorSettings
package import EventCatalog
package import World

/// A service that the supervisor can run. `run` returns or throws only when the service has ended; it ends when its task is cancelled.
package protocol Service: Sendable {
  static var name: ServiceName { get }
  /// The services that it calls: each must stand before it in `ServiceOrder`.
  static var uses: [ServiceName] { get }
  static func run(_ context: ServiceContext, _ lifecycle: ServiceLifecycle) async throws
}

/// What one incarnation of a service tells its supervisor.
package struct ServiceLifecycle: Sendable {
  /// Counts the starts of this service since the daemon started, from 1.
  package let incarnation: Int
  /// The service can be asked: the next one may start. Call it once.
  package let ready: @Sendable () -> Void
  /// Sets what a liveness ping does; it is live when that returns within the deadline. Call it before `ready`.
  package let onPing: @Sendable (@escaping @Sendable () async -> Void) -> Void

  package init(
    incarnation: Int, ready: @escaping @Sendable () -> Void, onPing: @escaping @Sendable (@escaping @Sendable () async -> Void) -> Void
  ) {
    self.incarnation = incarnation
    self.ready = ready
    self.onPing = onPing
  }
}

/// Everything that a service may touch.
package struct ServiceContext: Sendable {
  package let service: ServiceName
  package let uses: [ServiceName]
  package var configuration: ConnectorConfiguration
  package var clock: any WorldClock
  package var random: any RandomSource
  package var files: any Files
  /// The service's own folder below the state directory; it exists, mode 0700.
  package var directory: String
  package var cloud: any CloudLink
  package var log: any ServiceLog
  package var registry: ServiceRegistry
  private let events: any EventSink

  package init(
    service: ServiceName, uses: [ServiceName], configuration: ConnectorConfiguration, clock: any WorldClock, random: any RandomSource,
    files: any Files,
    directory: String, cloud: any CloudLink, log: any ServiceLog, registry: ServiceRegistry, events: any EventSink
  ) {
    self.service = service
    self.uses = uses
    self.configuration = configuration
    self.clock = clock
    self.random = random
    self.files = files
    self.directory = directory
    self.cloud = cloud
    self.log = log
    self.registry = registry
    self.events = events
  }

  /// Tells an event, and writes it into the service's log: the Logger's own would only feed itself.
  package func emit(_ event: Event) {
    events.emit(event, from: service)
    if service != .logger { log.write(event.definition.severity.logLevel, event.message) }
  }

  /// The current interface of an earlier service. Throws `ServiceUnavailable`; `.notEarlier` if `uses` does not name it.
  package func find<Interface: Sendable>(_ key: ServiceKey<Interface>) throws(ServiceUnavailable) -> Interface {
    guard uses.contains(key.name) else { throw ServiceUnavailable(service: key.name, reason: .notEarlier) }
    return try registry.find(key)
  }
}

extension EventSeverity {
  /// Where an event of this severity stands among the levels of a log.
  fileprivate var logLevel: ConnectorConfiguration.Logger.Level {
    switch self {
    case .critical, .error: .error
    case .warning: .warning
    case .notice, .info: .info
    case .debug: .debug
    }
  }
}

/// The log of one service, written by the Logger. Never blocks; what it drops it counts.
package protocol ServiceLog: Sendable {
  func write(_ level: ConnectorConfiguration.Logger.Level, _ message: @autoclosure () -> String)
}
