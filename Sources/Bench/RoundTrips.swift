import AgentSystem
import AgentSystemHost
import Foundation
import LiveWorld
import World

/// A privileged operation from the WatchDog's client to the Agent System and back, one after the other, beside its two bounds: the bare way there and
/// back, and the one synced append that the audit before every operation needs.
enum RoundTrips {
  static func run(_ count: Int, folder: String) async throws {
    try await privileged(count, folder: folder)
    await bare(count)
    try append(count, folder: folder)
  }

  private static func privileged(_ count: Int, folder: String) async throws {
    let clock = LiveClock()
    let host = AgentSystemHost(directory: folder, files: DiskFiles(), clock: clock, ports: .none(version: "0")) { _ in }
    await host.start()
    let (ours, theirs) = InProcessTransport.pair()
    let connection = AgentConnection(theirs, caller: .watchDog, host: host)
    let serving = Task { await connection.serve() }
    let client = AgentSystemClient(ours, clock: clock, random: SystemRandom())
    try await client.connect()
    let operation = PrivilegedOperation.registryRead(try RegistryPath("HKLM\\SOFTWARE\\Bench\\Value"))
    for _ in 0..<count / 10 { _ = try await client.call(operation, asker: .watchDog) }
    let start = Measurement.Mark.now
    for _ in 0..<count {
      let answer = try await client.call(operation, asker: .watchDog)
      guard case .value = answer else { throw Unexpected(answer: answer) }
    }
    Measurement("privileged", count: count, since: start).show()
    await client.close()
    await serving.value
    await host.stop()
  }

  /// Two tasks that hand a message of the same size to and fro over the same kind of stream, and do nothing else.
  private static func bare(_ count: Int) async {
    let (ours, theirs) = InProcessTransport.pair()
    let message = [UInt8](repeating: 7, count: 64)
    let echo = Task { for await message in theirs.messages { try? theirs.send(message) } }
    var answers = ours.messages.makeAsyncIterator()
    let start = Measurement.Mark.now
    for _ in 0..<count {
      guard (try? ours.send(message)) != nil, await answers.next() != nil else { return }
    }
    Measurement("bare", count: count, since: start).show()
    ours.close()
    await echo.value
  }

  /// As many bytes as a line of the audit has.
  private static func append(_ count: Int, folder: String) throws {
    let files = DiskFiles()
    let line = [UInt8](repeating: 120, count: 256)
    let start = Measurement.Mark.now
    for _ in 0..<count { try files.append("\(folder)/append.log", line, mode: 0o600, sync: true) }
    Measurement("append", count: count, since: start).show()
  }

  struct Unexpected: Error, CustomStringConvertible {
    let answer: PrivilegedAnswer
    var description: String { "expected a value; got \(answer)" }
  }
}
