import Releases

/// Why something could not be done with the releases of a machine.
enum FolderError: Error, Hashable, Sendable {
  /// The power went in the middle of it.
  case down
  case disk
  case stale
  case busy
  case noTrial
  case damaged
  case notInstalled
  case inUse
  case nothingToGoBackTo
  case nothingToRun
  case refused(UpdateRefusal)

  var text: String {
    switch self {
    case .down: "the power went"
    case .disk: "the disk is full or cannot be read"
    case .stale: "another updater took over"
    case .busy: "another update is under way"
    case .noTrial: "no trial is open"
    case .damaged: "files are missing or changed"
    case .notInstalled: "it is not installed"
    case .inUse: "it is in use"
    case .nothingToGoBackTo: "there is nothing to go back to"
    case .nothingToRun: "no whole release is left"
    case .refused(let refusal): refusal.description
    }
  }
}
