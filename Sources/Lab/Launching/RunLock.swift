import Foundation
import Glibc

/// Held by a launcher and by the process that it started, through one descriptor: a launcher that comes after one that was killed knows by it whether that
/// one's connector still runs, which alone may write the record of its updates then.
final class RunLock: Sendable {
  struct CannotOpen: Error, CustomStringConvertible { var description: String }

  let path: String
  /// To be handed to the process.
  let descriptor: Int32

  init(_ path: String) throws {
    self.path = path
    descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard descriptor >= 0 else { throw CannotOpen(description: "\(path): open: \(String(cString: strerror(errno)))") }
  }

  deinit { close(descriptor) }

  /// False while another has it.
  func take() -> Bool { flock(descriptor, LOCK_EX | LOCK_NB) == 0 }

  /// Ends by force whoever was handed it by another launcher: it is the third descriptor of those processes.
  func endHolders() {
    let own = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/\(descriptor)")
    for name in (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? [] {
      guard let pid = Int32(name), pid != getpid() else { continue }
      guard let theirs = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(pid)/fd/3"), theirs == own else { continue }
      kill(pid, SIGKILL)
    }
  }
}
