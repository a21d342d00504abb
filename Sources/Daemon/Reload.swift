import ConfigurationYAML
import ConnectorSettings
import ControlAPI
import EventCatalog
import EventHub
import LoggerService
import Supervision
import World

extension Connector {
  /// The parts of the configuration that a running connector takes over, each by restarting the service it belongs to. Everything else waits for the
  /// next start of the process.
  static let reloadable: [(prefix: String, service: ServiceName)] = [
    ("logger.", .logger), ("credentials.", .credentialProvider), ("directory.", .adProvider), ("configSync.", .configSynchronizer),
    ("highAvailability.", .highAvailability),
  ]

  /// Reads all layers of the configuration again. A bad one changes nothing and is reported with line and field.
  package func reload(from source: ConfigurationSource) async {
    let path = source.path
    hub.emit(.daemonReloading(file: path), from: nil)
    let loaded: LayeredConfiguration
    do {
      loaded = try source.load(ports.files)
    } catch let problems as ConfigurationProblems {
      let first = problems.problems.first
      hub.emit(
        .daemonReloadRefused(file: first?.file ?? path, line: first?.line ?? 0, field: first?.field ?? "", problem: first?.text ?? "\(problems)"),
        from: nil)
      return
    } catch {
      hub.emit(.daemonReloadRefused(file: path, line: 0, field: "", problem: "\(error)"), from: nil)
      return
    }
    let candidate = loaded.value
    let changes = (try? ConfigDiff(from: configuration, to: candidate).changes.map(\.path)) ?? []
    var next = configuration
    next.logger = candidate.logger
    next.credentials = candidate.credentials
    next.directory = candidate.directory
    next.configSync = candidate.configSync
    next.highAvailability = candidate.highAvailability
    // The queue of the logs outlives the Logger, and its levels with it.
    if next.logger.level != configuration.logger.level { logs.setLevel(next.logger.level, for: nil) }
    use(next)
    use(loaded.sources) { path in Self.reloadable.contains { path.hasPrefix($0.prefix) } }
    var taken: [String] = []
    for (prefix, service) in Self.reloadable {
      let own = changes.filter { $0.hasPrefix(prefix) }
      // The directory's file may have changed although its name has not.
      if !own.isEmpty || service == .adProvider { _ = await supervisor?.restart(service.rawValue) }
      taken += own
    }
    hub.emit(.daemonReloaded(changed: taken, pending: changes.filter { !taken.contains($0) }), from: nil)
  }
}
