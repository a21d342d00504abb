import Foundation
import LiveWorld

/// Reads `lab.json`.
package enum RunningLabFile {
  /// Nil when there is none, or it is not readable: then no lab runs, or it is just starting.
  package static func read(_ paths: LabPaths) -> RunningLab? {
    guard let bytes = try? DiskFiles().read(paths.running) else { return nil }
    return try? JSONDecoder().decode(RunningLab.self, from: Data(bytes))
  }

  /// Whether a lab holds the folder now.
  package static func isHeld(_ paths: LabPaths) -> Bool {
    do {
      _ = try LabLock(path: paths.lock)
      return false
    } catch .heldByAnother {
      return true
    } catch {
      return false
    }
  }
}
