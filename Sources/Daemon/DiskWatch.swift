import ConnectorSettings
import EventCatalog
import EventHub
import World

/// Notices that nothing more can be written to the state directory, and that it can again: a full disk is told before a record is refused for it.
struct DiskWatch: Sendable {
  /// How often it tries. Chosen: soon enough to act, rare enough to cost nothing.
  static let every = Duration.seconds(3)
  /// What it tries to write. Chosen: more than any one record of a service.
  static let probeSize = 64 * 1024

  let connector: Connector
  let onChange: @Sendable () -> Void

  /// Tries until its task is cancelled.
  func run() async {
    let clock = connector.ports.clock
    var trouble: (kind: FileError.Kind, since: Moment)?
    while true {
      let failure = probe()
      if failure?.kind != trouble?.kind {
        let now = clock.now().moment
        report(failure, after: trouble.map { now - $0.since } ?? .zero)
        trouble = failure.map { ($0.kind, now) }
      }
      guard (try? await clock.sleep(for: Self.every)) != nil else { return }
    }
  }

  private var path: String { "\(connector.configuration.state.directory)/disk-probe" }

  /// Not synced: the system refuses at once what it has no room for.
  private func probe() -> FileError? {
    defer { try? connector.ports.files.remove(path) }
    do {
      try connector.ports.files.append(path, [UInt8](repeating: 0, count: Self.probeSize), mode: 0o600, sync: false)
      return nil
    } catch { return error }
  }

  private func report(_ failure: FileError?, after elapsed: Duration) {
    let folder = connector.configuration.state.directory
    switch failure {
    case nil:
      connector.hub.emit(.stateDiskHasSpace(path: folder, elapsed: Int(elapsed.nanoseconds / 1_000_000)), from: nil)
      connector.set(problem: nil)
    case let failure? where failure.kind == .noSpace:
      connector.hub.emit(.stateDiskFull(path: folder), from: nil)
      connector.set(problem: "No space is left to write \(folder).")
    case let failure?:
      connector.hub.emit(.stateUnwritable(path: folder, problem: failure.detail), from: nil)
      connector.set(problem: "The state directory \(folder) cannot be written: \(failure.detail).")
    }
    onChange()
  }
}
