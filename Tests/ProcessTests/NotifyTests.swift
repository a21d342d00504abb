import Foundation
import Glibc
import Testing

/// What `connectord` tells the service manager that started it (sd_notify(3)), heard by a double of systemd's socket.
@Suite(.serialized) struct NotifyTests {
  @Test(.timeLimit(.minutes(2))) func theServiceManagerHearsReadyReloadingWatchdogAndStopping() async throws {
    let folder = try LabUnderTest.temporaryFolder()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let manager = try NotifyDouble("\(folder)/notify")
    // A cloud that is not there: readiness for the service manager is the services', not the cloud's.
    let configuration = """
      connector: {fqdn: c1.forest1.local, customer: acme, resourceLocation: "1", clientID: x, clientSecretFile: "\(folder)/secret"}
      cloud: {url: "https://127.0.0.1:9", caFile: "\(folder)/ca.pem"}
      state: {directory: "\(folder)/state"}
      events: {output: none}
      """
    try configuration.write(toFile: "\(folder)/connectord.yaml", atomically: true, encoding: .utf8)
    let daemon = try LiveProgram(
      "connectord", ["run", "--config", "\(folder)/connectord.yaml"],
      environment: ["NOTIFY_SOCKET": "\(folder)/notify", "WATCHDOG_USEC": "200000"])

    try await manager.await("READY=1")
    try await manager.await("STATUS=8 of 8 services up. The cloud is out of reach")
    try await manager.await("WATCHDOG=1")

    // A good file and a bad one: each reload ends with READY, and the process goes on.
    daemon.signal(SIGHUP)
    try await manager.await("RELOADING=1")
    try await manager.await("READY=1")
    try "connector: {}\n".write(toFile: "\(folder)/connectord.yaml", atomically: true, encoding: .utf8)
    daemon.signal(SIGHUP)
    try await manager.await("RELOADING=1")
    try await manager.await("READY=1")

    daemon.signal(SIGTERM)
    try await manager.await("STOPPING=1")
    try await manager.await("BARRIER=1")
    #expect(await daemon.end() == 0)
  }
}

/// A datagram socket that reads what is sent to systemd.
final class NotifyDouble: Sendable {
  private let descriptor: Int32
  private let messages: AsyncStream<String>
  nonisolated(unsafe) private var iterator: AsyncStream<String>.Iterator

  struct Failed: Error, CustomStringConvertible { var description: String }

  init(_ path: String) throws {
    let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
    self.descriptor = descriptor
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let fits = withUnsafeMutableBytes(of: &address.sun_path) { room in
      guard path.utf8.count < room.count else { return false }
      room.copyBytes(from: Array(path.utf8))
      return true
    }
    let bound = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) }
    }
    guard fits, bound == 0 else { throw Failed(description: "cannot bind \(path): \(String(cString: strerror(errno)))") }
    let (messages, more) = AsyncStream.makeStream(of: String.self)
    self.messages = messages
    iterator = messages.makeAsyncIterator()
    let (end, source) = (descriptor, more)
    let thread = Thread {
      var buffer = [UInt8](repeating: 0, count: 65_536)
      while true {
        // Without room for it the barrier's descriptor is closed by the kernel, which is what it waits for.
        let count = recv(end, &buffer, buffer.count, 0)
        if count <= 0 { break }
        source.yield(String(decoding: buffer.prefix(count), as: UTF8.self))
      }
      source.finish()
    }
    thread.start()
  }

  deinit { close(descriptor) }

  /// Reads on until a message contains the text.
  func await(_ text: String) async throws {
    while let message = await iterator.next() {
      if message.contains(text) { return }
    }
    throw Failed(description: "the service manager never heard \(text)")
  }
}
