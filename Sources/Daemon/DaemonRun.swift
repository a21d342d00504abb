import ConfigurationYAML
import ConnectorSettings
import EventCatalog
import EventHub
import Foundation
import LiveWorld
import NIOPosix
import Supervision
import Synchronization
import Systemd
package import World

/// `connectord run`: one connector as a process, with its signals and its service manager.
package struct DaemonRun: Sendable {
  private let source: ConfigurationSource
  private let name: String?
  private let stopWithParent: Bool
  private let version: RunningVersion

  package init(_ source: ConfigurationSource, name: String?, stopWithParent: Bool, version: RunningVersion = RunningVersion()) {
    self.source = source
    self.name = name
    self.stopWithParent = stopWithParent
    self.version = version
  }

  package func run() async -> ExitReason {
    let files = DiskFiles(onStep: StepSweep.hook("CONNECTORD", name: name))
    let loaded: LayeredConfiguration
    do {
      loaded = try source.load(files)
    } catch let problems as ConfigurationProblems {
      Self.say("\(problems)\nconnectord: the configuration is wrong; nothing was started. connectord check-config shows the same")
      return .configuration
    } catch {
      Self.say("connectord: cannot read the configuration: \(error). Name the file with --config FILE")
      return .noInput
    }
    signal(SIGPIPE, SIG_IGN)
    OpenFiles.raise()
    let manager = ServiceManager()
    let configuration = loaded.value
    let connector = Connector(
      configuration: configuration,
      ports: ConnectorPorts(
        name: name, clock: LiveClock(), random: SystemRandom(), files: files, outputs: Self.outputs(configuration.events, files),
        eventLoops: MultiThreadedEventLoopGroup.singleton, processID: Int(getpid()), source: source, version: version),
      sources: loaded.sources)
    let (changes, changed) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    let signals = Signals([SIGTERM, SIGINT, SIGHUP])
    let listener = Task { await listen(signals, connector, manager) }
    if stopWithParent {
      ParentWatch.onParentGone {
        connector.hub.emit(.daemonStopping(reason: "the program that started this connector has ended"), from: nil)
        connector.stop()
      }
    }
    let announcer = Task { await Announcer(connector: connector, manager: manager).run(changes) }
    let feeder = Task { await feed(manager, connector) }
    let reason = await connector.run { changed.yield() }
    feeder.cancel()
    listener.cancel()
    changed.finish()
    await announcer.value
    manager.barrier()
    return reason
  }

  private func listen(_ signals: Signals, _ connector: Connector, _ manager: ServiceManager) async {
    for await number in signals.stream {
      if number == SIGHUP {
        manager.reloading("Reading the configuration again.")
        await connector.reload(from: source)
        manager.ready("Running.")
        continue
      }
      manager.stopping("Stopping, the last service first.")
      connector.hub.emit(.daemonStopping(reason: number == SIGTERM ? "SIGTERM" : "SIGINT"), from: nil)
      connector.stop()
    }
  }

  /// The service manager's watchdog is fed only while every child is live.
  private func feed(_ manager: ServiceManager, _ connector: Connector) async {
    guard let interval = manager.watchdogInterval else { return }
    let clock = LiveClock()
    while !Task.isCancelled {
      if await connector.supervisor?.allLive() ?? true { manager.ping() }
      guard (try? await clock.sleep(for: interval / 2)) != nil else { return }
    }
  }

  /// Stands in for `events.file` where it is not set. Whoever starts releases of any age says it like this: an older one ignores a variable, and refuses a setting that
  /// it does not know.
  package static let eventFileVariable = "CONNECTORD_EVENTS_FILE"

  /// What whoever started this process says beside the configuration, for the same reason; the command line is stronger.
  package static var told: [String] { SettingsByEnvironment.read(ProcessInfo.processInfo.environment) }

  private static func outputs(_ settings: ConnectorConfiguration.Events, _ files: any Files) -> [any EventOutput] {
    let path = settings.file ?? ProcessInfo.processInfo.environment[eventFileVariable]
    let file: [any EventOutput] = path.map { [FileOutput(files: files, path: $0)] } ?? []
    return file + streams(settings)
  }

  private static func streams(_ settings: ConnectorConfiguration.Events) -> [any EventOutput] {
    switch settings.output {
    case .none: []
    case .stderr: [StandardErrorOutput()]
    case .journal: [JournalOutput()]
    case .auto: JournalOutput.isAvailable && ServiceManager().isPresent ? [JournalOutput()] : [StandardErrorOutput()]
    }
  }

  private static func say(_ text: String) { try? FileHandle.standardError.write(contentsOf: Data((text + "\n").utf8)) }
}
