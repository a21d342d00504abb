import ConnectorSettings
import EventCatalog
import EventHub
import World

/// Notices that nothing more can be written to the state directory, and that it can again: a full disk is told before a record is refused for it.
///
/// It asks the file system what is left, which writes nothing, and tries to write only where the answer is not enough: see `isWorthATry`.
struct DiskWatch: Sendable {
  /// How often it asks. Chosen: soon enough to act, rare enough to cost nothing.
  static let every = Duration.seconds(3)
  /// What it tries to write. Chosen: more than any one record of a service.
  static let probeSize = 64 * 1024
  /// With less than this many bytes or files left it tries. Chosen: a few records of a service.
  static let low = (bytes: Int64(4 * probeSize), files: Int64(16))
  /// How often it tries though there is room: a quota or a lost permission shows in no other way. Chosen.
  static let tryEvery = Duration.seconds(600)

  let connector: Connector
  let onChange: @Sendable () -> Void

  /// Tries until its task is cancelled.
  func run() async {
    let clock = connector.ports.clock
    var trouble: (kind: FileError.Kind, since: Moment)?
    var tried: Moment?
    while true {
      let asked = clock.now().moment
      let space = try? connector.ports.files.space(connector.configuration.state.directory)
      if Self.isWorthATry(space, inTrouble: trouble != nil, sinceTry: tried.map { asked - $0 }) {
        tried = asked
        let failure = probe()
        if failure?.kind != trouble?.kind {
          report(failure, after: trouble.map { asked - $0.since } ?? .zero)
          trouble = failure.map { ($0.kind, asked) }
        }
      }
      guard (try? await clock.sleep(for: Self.every)) != nil else { return }
    }
  }

  /// - Parameters:
  ///   - space: what the file system says; nil where it cannot say.
  ///   - inTrouble: the last try failed: only another one tells that it is over.
  ///   - sinceTry: nil before the first try.
  static func isWorthATry(_ space: FileSpace?, inTrouble: Bool, sinceTry: Duration?) -> Bool {
    guard let space, let sinceTry, !inTrouble else { return true }
    return space.isReadOnly || space.bytes < low.bytes || space.files.map { $0 < low.files } ?? false || sinceTry >= tryEvery
  }

  private var path: String { "\(connector.configuration.state.directory)/disk-probe" }

  /// Not synced: the system refuses at once what it has no room for.
  private func probe() -> FileError? {
    // Not synced either: it is no record, and a sync every few seconds for each connector would be most of what a lab of many asks of the disk.
    defer { try? connector.ports.files.discard(path) }
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
      connector.set(problem: "The state directory \(folder) cannot be written: \(Sentence.clause(failure.detail)).")
    }
    onChange()
  }
}
