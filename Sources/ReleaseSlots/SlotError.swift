package import Releases
package import World

/// Why something about the releases on this machine was not done. Nothing is half done: what was begun is taken back or finished at the next start.
package enum SlotError: Error, Hashable, Sendable, CustomStringConvertible {
  case files(FileError)
  case manifest(ManifestError)
  case refused(UpdateRefusal)
  /// The bundle holds what no release may hold.
  case hostile(String)
  /// The bundle is not what was ordered.
  case wrongBundle(String)
  /// Bytes.
  case noSpace(needed: Int64, free: Int64)
  case damaged(SlotName, String)
  /// Another updater has taken over.
  case stale(UInt64, current: UInt64)
  case inUse(SlotName)
  case notInstalled(String)
  case busy(String)
  case noTrial
  case nothingToGoBackTo
  /// The release before the active one was removed, or the state that it left.
  case notKept(SlotName)
  case nothingToRun(String)
  case noRecord

  package var description: String {
    switch self {
    case .files(let error): "the disk: \(error)"
    case .manifest(let error): "\(error); the release is refused"
    case .refused(let refusal): refusal.description
    case .hostile(let what): "the bundle is refused: \(what)"
    case .wrongBundle(let what): "the bundle is not the one that was ordered: \(what); it is fetched again"
    case .noSpace(let needed, let free): "the update needs \(needed) bytes of room and there are \(free); free \(needed - free) bytes or more"
    case .damaged(let slot, let what): "release \(slot) is damaged: \(what)"
    case .stale(let mine, let current): "updater \(mine) was replaced by updater \(current); nothing was done"
    case .inUse(let slot): "release \(slot) is active, on trial or the one to go back to; it stays"
    case .notInstalled(let what): "release \(what) is not installed"
    case .busy(let what): "\(what) is under way; wait for its end"
    case .noTrial: "no trial is open"
    case .nothingToGoBackTo: "there is no release to go back to: this connector ran no other before"
    case .notKept(let slot):
      "the release before it, \(slot), is not kept any more with the state that it left; order another release through the cloud"
    case .nothingToRun(let what): "no complete release is left to run: \(what). Reinstall the connector; its state stays"
    case .noRecord: "there is no record of releases here; install a first release"
    }
  }

  /// The same bytes would fail again.
  package var isTheReleasesFault: Bool {
    switch self {
    case .manifest, .hostile, .damaged: true
    case .files, .refused, .wrongBundle, .noSpace, .stale, .inUse, .notInstalled, .busy, .noTrial, .nothingToGoBackTo, .notKept, .nothingToRun,
      .noRecord:
      false
    }
  }
}

/// Turns the disk's errors into ours.
func onDisk<Value>(_ body: () throws(FileError) -> Value) throws(SlotError) -> Value {
  do throws(FileError) { return try body() } catch { throw .files(error) }
}
