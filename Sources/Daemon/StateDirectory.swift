import EventCatalog
import Foundation
import Glibc
import World

/// The connector's folder: made at start, held by one process, and marked while that process runs.
struct StateDirectory: ~Copyable {
  struct Refusal: Error, CustomStringConvertible {
    var exit: ExitReason
    var description: String
  }

  private let path: String
  private let files: any Files
  private let lock: Int32

  init(_ path: String, files: any Files) throws(Refusal) {
    self.path = path
    self.files = files
    do { try files.makeDirectory(path, mode: 0o700) } catch {
      throw Refusal(
        exit: .cannotCreate, description: "the state directory cannot be made: \(error). Set state.directory to a folder that this user may write")
    }
    let opened = open("\(path)/connectord.lock", O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard opened >= 0 else {
      let why = String(cString: strerror(errno))
      throw Refusal(exit: .cannotCreate, description: "the state directory \(path) cannot be written: \(why)")
    }
    guard flock(opened, LOCK_EX | LOCK_NB) == 0 else {
      close(opened)
      throw Refusal(
        exit: .inUse, description: "another connectord runs on the state directory \(path); stop it, or give this one a state.directory of its own")
    }
    lock = opened
  }

  /// The boot id of a run that ended without saying so; marks this run.
  func begin(boot: String) throws(FileError) -> String? {
    let before = try? files.read(marker)
    try files.replace(marker, with: Array(boot.utf8), mode: 0o600, step: "daemon.running")
    return before.map { String(decoding: $0, as: UTF8.self) }
  }

  /// This run ended in order.
  func end() { try? files.remove(marker) }

  private var marker: String { "\(path)/running" }

  deinit { close(lock) }
}
