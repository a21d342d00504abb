import ConfigurationYAML
import ConnectorCheckers
import ConnectorSettings
import EventLogs
import Evergreen
import EvergreenCheckers
import Lab
import LiveWorld
import ReleaseSlots
import World

/// What a lab, running or stopped, leaves in its folder: the events of its cloud and of each connector, and what their release folders tell.
struct LabEvents {
  let paths: LabPaths
  private let files = DiskFiles()

  init(_ paths: LabPaths) { self.paths = paths }

  /// The cloud's folder and those of the connectors: whatever has a file of events.
  private var folders: [String] {
    let names = (try? files.list(paths.root)) ?? []
    return names.map { "\(paths.root)/\($0)" }.filter { folder in
      ([LabEventFiles.before(folder)] + LabEventFiles.current(folder)).contains { (try? files.info($0)) ?? nil != nil }
    }
  }

  /// - Parameter isWhole: with those from before it was brought up last.
  func log(isWhole: Bool) throws -> EventLog {
    var log = EventLog()
    for path in folders.flatMap({ (isWhole ? [LabEventFiles.before($0)] : []) + LabEventFiles.current($0) }) {
      let bytes: [UInt8]
      do throws(FileError) { bytes = try files.read(path) } catch {
        if error.kind == .notFound { continue }
        throw LabError(.noInput, "\(path) cannot be read: \(error)")
      }
      log.add(try EventFiles.parse(bytes, path))
    }
    return log
  }

  /// Of each connector that has a configuration.
  func connectors() throws -> [ConnectorFolder] {
    try folders.map { "\($0)/connectord.yaml" }.filter { (try? files.info($0)) ?? nil != nil }.map { try ConnectorFolder($0) }
  }
}

/// A connector's configuration, and what lies where it says.
struct ConnectorFolder {
  let configuration: ConnectorConfiguration

  /// Throws `LabError` when it cannot be read or is wrong.
  init(_ path: String) throws {
    let bytes: [UInt8]
    do { bytes = try DiskFiles().read(path) } catch { throw LabError(.noInput, "\(path) cannot be read: \(error)") }
    do { configuration = try ConfigurationFile.load(path: path, bytes: bytes) } catch { throw LabError(.data, "\(error)") }
  }

  /// Nil where it has no releases.
  var updates: VerificationInput.Updates? {
    guard let root = configuration.state.releases else { return nil }
    let trail = FactTrail(files: DiskFiles(), root: root)
    let (facts, trust) = (trail.facts, trail.trustFacts)
    guard !facts.isEmpty || !trust.facts.isEmpty else { return nil }
    var bounds = EvergreenBounds()
    let trial = UpdateSettings(configuration).trial
    (bounds.healthyFor, bounds.probes, bounds.longestGap) = (trial.healthyFor, trial.probes, trial.longestGap)
    return VerificationInput.Updates(connector: configuration.connector.fqdn, facts: facts, bounds: bounds, trust: trust.facts, isTorn: trust.isTorn)
  }

  /// Not below the defaults: a lab that is quick runs on a machine that may be slow.
  var elections: ElectionBounds {
    let (own, usual) = (configuration.highAvailability, ConnectorConfiguration.HighAvailability())
    return ElectionBounds(
      probeEvery: max(own.probeEvery.duration, usual.probeEvery.duration), peerTimeout: max(own.peerTimeout.duration, usual.peerTimeout.duration))
  }
}
