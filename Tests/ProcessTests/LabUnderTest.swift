import Foundation
import Testing

/// A lab of real processes in a folder of its own, followed through the JSON lines of `connector-lab up --json`.
final class LabUnderTest: Sendable {
  let folder: String
  let program: LiveProgram
  nonisolated(unsafe) private var iterator: AsyncStream<String>.Iterator

  struct Failed: Error, CustomStringConvertible { var description: String }

  /// - Parameters:
  ///   - folder: that of a lab that has ended, to bring it up again.
  ///   - quick: every cadence and trial as short as they may be, for tests that update over and over.
  ///   - outages: Initial HA and Pending Recovery as short as a test wants them; how soon an outage is noticed is the profile's.
  ///   - isEphemeral: its state is in a folder of its own choosing below `tmp` of `folder`.
  init(
    connectors: Int = 2, extra: [String] = [], folder kept: String? = nil, quick: Bool = false, isEphemeral: Bool = false, outages: Bool = false,
    environment: [String: String] = [:]
  ) throws {
    folder = try kept ?? Self.temporaryFolder()
    // More faults a minute than a real connector would put up with.
    let laboratory = """
      resourceLocation: {configuration: "\(Programs.checkout)/config/broker.yaml", directory: "\(Programs.checkout)/config/directory.yaml", machines: 0}
      connectors: {xmlPort: 0, restartBudget: 1000\(quick ? Self.quickTrial : "")\(outages ? ", initialHA: 5s, pendingRecovery: 5s" : "")}
      cloud: {heartbeatEvery: \(quick ? "300ms" : "2s")}
      """
    try laboratory.write(toFile: "\(folder)/lab.yaml", atomically: true, encoding: .utf8)
    let temporary = "\(folder)/tmp"
    if isEphemeral { try FileManager.default.createDirectory(atPath: temporary, withIntermediateDirectories: true) }
    program = try LiveProgram(
      "connector-lab",
      ["up", "--json", "--connectors", String(connectors), "--config", "\(folder)/lab.yaml"]
        + (isEphemeral ? ["--ephemeral"] : ["--state", folder]) + extra,
      environment: environment.merging(isEphemeral ? ["TMPDIR": temporary] : [:]) { given, _ in given })
    iterator = program.lines.makeAsyncIterator()
  }

  private static let quickTrial = ", trialHealthyFor: 500ms, trialProbes: 2, trialProbeEvery: 250ms, trialFailingFor: 5s"

  /// Reads on until a line satisfies the condition; fails when the lab ends first.
  @discardableResult
  func await(_ what: String, _ isIt: ([String: Any]) -> Bool) async throws -> [String: Any] {
    while let line = await iterator.next() {
      guard let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any] else {
        throw Failed(description: "no JSON: \(line)")
      }
      if isIt(object) { return object }
    }
    throw Failed(description: "the lab ended before: \(what)")
  }

  /// Waits until a connector comes into a state.
  func await(_ connector: String, _ state: String) async throws {
    try await self.await("\(connector) is \(state)") { $0["connector"] as? String == connector && $0["state"] as? String == state }
  }

  /// Waits for all of them, in whichever order they come.
  func awaitAll(_ connectors: [String], _ state: String) async throws {
    var missing = Set(connectors)
    while !missing.isEmpty {
      let line = try await self.await("\(missing) are \(state)") { $0["state"] as? String == state }
      if let name = line["connector"] as? String { missing.remove(name) }
    }
  }

  func ctl(_ connector: String, _ arguments: [String], input: String = "") async throws -> Programs.Finished {
    try await Programs.run("connectorctl", ["--state", folder, "--connector", connector] + arguments, input: input)
  }

  /// The process id of a connector, as it says itself.
  func pid(of connector: String) async throws -> Int32 {
    let answer = try await ctl(connector, ["--json", "status"])
    let object = try #require(try JSONSerialization.jsonObject(with: Data(answer.output.utf8)) as? [String: Any])
    return Int32(try #require(object["processID"] as? Int))
  }

  func cloudPid() throws -> Int32 {
    let data = try Data(contentsOf: URL(filePath: "\(folder)/cloud/cloud.json"))
    let object = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    return Int32(try #require(object["pid"] as? Int))
  }

  /// Stops the lab and removes its folder; returns the exit code.
  func stop() async throws -> Int32 {
    program.signal(SIGTERM)
    let code = await program.end()
    try? FileManager.default.removeItem(atPath: folder)
    return code
  }

  static func temporaryFolder() throws -> String { try TestRoot.folder() }

  /// Whether a process is there and not just waiting to be reaped.
  static func isAlive(_ pid: Int32) -> Bool {
    guard let text = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8), let close = text.lastIndex(of: ")") else { return false }
    return !text[text.index(close, offsetBy: 2)...].hasPrefix("Z")
  }
}
