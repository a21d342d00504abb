import Foundation
import Glibc
import Synchronization

/// The service manager's end of sd_notify(3): a datagram socket that hears one process. It is made anew for each start, so that nothing that an earlier
/// process said counts for the next.
final class NotifySocket: Sendable {
  struct CannotListen: Error, CustomStringConvertible { var description: String }

  let path: String
  private let descriptor: Int32
  private let isClosed = Atomic<Bool>(false)

  /// - Parameter hear: called on a thread of its own with each line, such as `READY=1`.
  init(_ path: String, hear: @escaping @Sendable (Substring) -> Void) throws {
    self.path = path
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let bytes = Array(path.utf8)
    guard bytes.count < MemoryLayout.size(ofValue: address.sun_path) else {
      throw CannotListen(description: "\(path): the path of a socket has at most 107 bytes; choose a shorter state folder with --state DIR")
    }
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
    descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { throw CannotListen(description: "no socket for \(path): \(String(cString: strerror(errno)))") }
    unlink(path)
    let bound = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) }
    }
    guard bound == 0, chmod(path, 0o600) == 0 else {
      let problem = String(cString: strerror(errno))
      Glibc.close(descriptor)
      throw CannotListen(description: "\(path): bind: \(problem)")
    }
    let listener = Thread { [self] in listen(hear) }
    listener.stackSize = 256 * 1024
    listener.start()
  }

  private func listen(_ hear: (Substring) -> Void) {
    var buffer = [UInt8](repeating: 0, count: 16_384)
    while !isClosed.load(ordering: .acquiring) {
      // Descriptors that come along are closed by the kernel, which is what a barrier (sd_notify_barrier(3)) waits for.
      let count = recv(descriptor, &buffer, buffer.count, 0)
      guard count >= 0 || errno == EINTR else { break }
      for line in String(decoding: buffer.prefix(max(0, count)), as: UTF8.self).split(separator: "\n") { hear(line) }
    }
    Glibc.close(descriptor)
  }

  func close() {
    guard !isClosed.exchange(true, ordering: .acquiringAndReleasing) else { return }
    unlink(path)
    // Wakes the listener, which closes it.
    shutdown(descriptor, Int32(SHUT_RDWR))
  }
}
