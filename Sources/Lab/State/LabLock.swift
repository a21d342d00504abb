import Glibc

/// Held by the one lab that runs on a state folder. The kernel lets it go when the process ends, however it ends.
package final class LabLock: Sendable {
  private let descriptor: Int32

  package enum Refusal: Error, Hashable, Sendable {
    case heldByAnother
    case cannotOpen(String)
  }

  package init(path: String) throws(Refusal) {
    let opened = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard opened >= 0 else { throw .cannotOpen("\(path): \(String(cString: strerror(errno)))") }
    guard flock(opened, LOCK_EX | LOCK_NB) == 0 else {
      close(opened)
      throw .heldByAnother
    }
    descriptor = opened
  }

  deinit { close(descriptor) }
}
