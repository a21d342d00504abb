import Foundation
import Glibc
import Systemd
import Testing

/// Against a double of the service manager: a datagram socket named by NOTIFY_SOCKET. The environment is the process's, so one test at a time.
@Suite(.serialized) struct ServiceManagerTests {
  @Test func `Outside systemd every call does nothing`() {
    unsetenv("NOTIFY_SOCKET")
    unsetenv("WATCHDOG_USEC")
    let manager = ServiceManager()
    #expect(!manager.isPresent && manager.watchdogInterval == nil)
    manager.ready("up")
    manager.ping()
    manager.stopping("down")
    #expect(manager.barrier())
  }

  @Test func `What is said arrives, one datagram each`() throws {
    let double = try ManagerDouble()
    let manager = ServiceManager()
    #expect(manager.isPresent)
    manager.ready("7 services run")
    #expect(double.receive().text == "READY=1\nSTATUS=7 services run")
    manager.status("two\nlines")
    #expect(double.receive().text == "STATUS=two\\nlines", "a line feed would start another assignment")
    manager.ping()
    #expect(double.receive().text == "WATCHDOG=1")
    manager.stopping("asked by SIGTERM")
    #expect(double.receive().text == "STOPPING=1\nSTATUS=asked by SIGTERM")
    manager.extendTimeout(by: .milliseconds(1500))
    #expect(double.receive().text == "EXTEND_TIMEOUT_USEC=1500000")
  }

  @Test func `A reload says when it began, on the monotonic clock`() throws {
    let double = try ManagerDouble()
    let before = monotonicMicroseconds()
    ServiceManager().reloading("reading the configuration")
    let lines = double.receive().text.split(separator: "\n")
    #expect(lines.first == "RELOADING=1" && lines.last == "STATUS=reading the configuration")
    let time = try #require(lines.first { $0.hasPrefix("MONOTONIC_USEC=") }.flatMap { Int64($0.dropFirst("MONOTONIC_USEC=".count)) })
    #expect(time >= before && time <= monotonicMicroseconds())
  }

  @Test func `The barrier waits until the manager has read everything`() async throws {
    let double = try ManagerDouble()
    let manager = ServiceManager()
    manager.stopping("bye")
    let (answers, answer) = AsyncStream.makeStream(of: Bool.self)
    // On a thread of its own: a task might have to wait for the very thread that receives here.
    DispatchQueue(label: "barrier").async { answer.yield(manager.barrier(within: .seconds(60))) }
    #expect(double.receive().text == "STOPPING=1\nSTATUS=bye")
    let barrier = double.receive()
    #expect(barrier.text == "BARRIER=1" && barrier.descriptor >= 0)
    close(barrier.descriptor)
    #expect(await answers.first { _ in true } == true)
  }

  @Test func `A manager that does not listen does not hold up the end`() throws {
    let double = try ManagerDouble()
    #expect(!ServiceManager().barrier(within: .milliseconds(1)))
    _ = double
  }

  @Test func `A socket that is gone is no reason to fail`() {
    setenv("NOTIFY_SOCKET", "/nonexistent/notify", 1)
    defer { unsetenv("NOTIFY_SOCKET") }
    let manager = ServiceManager()
    manager.ready("up")
    #expect(manager.isPresent && !manager.barrier(within: .milliseconds(1)))
  }

  @Test(arguments: [("30000000", true, Duration.seconds(30)), ("30000000", false, nil), ("x", true, nil), (nil, true, nil)])
  func `The watchdog's interval is read from the environment`(_ microseconds: String?, _ mine: Bool, _ expected: Duration?) {
    if let microseconds { setenv("WATCHDOG_USEC", microseconds, 1) }
    setenv("WATCHDOG_PID", mine ? "\(getpid())" : "1", 1)
    defer {
      unsetenv("WATCHDOG_USEC")
      unsetenv("WATCHDOG_PID")
    }
    #expect(ServiceManager().watchdogInterval == expected)
  }

  private func monotonicMicroseconds() -> Int64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1_000
  }
}

/// Listens as PID 1 does and sets NOTIFY_SOCKET as long as it lives. An abstract address, so nothing is left on the disk.
private final class ManagerDouble {
  private let socketDescriptor: Int32
  private struct CannotListen: Error {}

  init() throws {
    socketDescriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
    let name = "connectord-\(UUID().uuidString)"
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { path in path[1...].copyBytes(from: name.utf8) }
    let length = socklen_t(MemoryLayout<sa_family_t>.size + 1 + name.utf8.count)
    let bound = withUnsafePointer(to: &address) { $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(socketDescriptor, $0, length) } }
    guard bound == 0 else { throw CannotListen() }
    setenv("NOTIFY_SOCKET", "@" + name, 1)
  }

  deinit {
    unsetenv("NOTIFY_SOCKET")
    close(socketDescriptor)
  }

  /// The next datagram and the descriptor that came with it (-1 for none).
  func receive() -> (text: String, descriptor: Int32) {
    var bytes = [UInt8](repeating: 0, count: 4096)
    // One cmsghdr with one descriptor; its data begins after the header on Linux' 64-bit machines.
    var control = [Int64](repeating: 0, count: 16)
    let received = bytes.withUnsafeMutableBytes { buffer in
      control.withUnsafeMutableBytes { extra in
        var part = iovec(iov_base: buffer.baseAddress, iov_len: buffer.count)
        return withUnsafeMutablePointer(to: &part) { part in
          var message = msghdr()
          message.msg_iov = part
          message.msg_iovlen = 1
          message.msg_control = extra.baseAddress
          message.msg_controllen = extra.count
          return recvmsg(socketDescriptor, &message, 0)
        }
      }
    }
    let text = String(decoding: bytes[..<max(0, received)], as: UTF8.self)
    let descriptor = control.withUnsafeBytes { $0.load(as: Int.self) > 0 ? $0.load(fromByteOffset: MemoryLayout<cmsghdr>.size, as: Int32.self) : -1 }
    return (text, descriptor)
  }
}
