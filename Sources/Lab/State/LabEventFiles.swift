import EventHub
import World

/// The events that a lab's cloud and its connectors leave in their folders: those since it was brought up last, and those of the time before that.
package enum LabEventFiles {
  /// Oldest first.
  package static func current(_ folder: String) -> [String] {
    let newest = "\(folder)/\(LabPaths.eventFile)"
    return [FileOutput.older(newest), newest]
  }

  package static func before(_ folder: String) -> String { "\(folder)/events.before.jsonl" }

  /// A lab is brought up: what is there is of the time before, also of connectors that it does not have any more. Called while nobody writes there.
  static func begin(_ root: String, files: any Files) {
    for name in (try? files.list(root)) ?? [] { putAside("\(root)/\(name)", files: files) }
  }

  private static func putAside(_ folder: String, files: any Files) {
    let paths = current(folder)
    guard let newest = paths.last, ((try? files.info(newest)) ?? nil) != nil else { return }
    // No lab fails to start for its events: what cannot be put aside stays, and is taken for this time's.
    guard (try? files.rename(newest, to: before(folder), step: "lab.events-before")) != nil else { return }
    for path in paths { try? files.discard(path) }
  }
}
