import Foundation
import Testing

/// The lab's cloud alone, as a process of a test's own.
final class CloudUnderTest: Sendable {
  let folder: String
  nonisolated(unsafe) private(set) var program: LiveProgram?
  nonisolated(unsafe) private(set) var endpoints: [String: Any] = [:]

  struct Failed: Error, CustomStringConvertible { var description: String }

  init(folder: String? = nil) throws {
    self.folder = try folder ?? LabUnderTest.temporaryFolder()
    let settings = """
      resourceLocation: {configuration: "\(Programs.checkout)/config/broker.yaml", directory: "\(Programs.checkout)/config/directory.yaml"}
      cloud: {heartbeatEvery: 500ms}
      """
    try settings.write(toFile: "\(self.folder)/lab.yaml", atomically: true, encoding: .utf8)
  }

  /// Its events.
  var log: String { "\(folder)/cloud.log" }
  var database: String { "\(folder)/cloud/cloud.sqlite" }
  var keys: String { "\(folder)/cloud/keys.json" }

  /// Starts it. Returns once its ports are open; false when it ended before that.
  func start(_ environment: [String: String] = [:]) async throws -> Bool {
    let arguments = ["cloud", "--state", folder, "--config", "\(folder)/lab.yaml"]
    let live = try LiveProgram("connector-lab", arguments, environment: environment, log: log)
    program = live
    var lines = live.lines.makeAsyncIterator()
    guard let line = await lines.next() else { return false }
    endpoints = try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
    return true
  }

  /// The configuration of a connector that calls this cloud, quick to come back.
  func settings(of fqdn: String) throws -> [String: Any] {
    func text(_ key: String) throws -> String { try #require(endpoints[key] as? String, "the cloud's endpoints have no \(key)") }
    return [
      "connector": [
        "fqdn": fqdn, "customer": try text("customer"), "resourceLocation": try text("resourceLocation"), "clientID": try text("clientID"),
        "clientSecretFile": try text("clientSecretFile"),
      ], "cloud": ["url": try text("api"), "caFile": try text("caFile"), "backoffInitial": "100ms", "backoffMax": "500ms"],
      "events": ["output": "stderr"], "directory": ["file": "\(Programs.checkout)/config/directory.yaml", "joinedDomain": "forest1.local"],
      // Small files, so that a short run rotates them.
      "logger": ["level": "debug", "rotateBytes": 4096],
    ]
  }

  /// Stops it in order; returns the exit code.
  @discardableResult
  func stop() async -> Int32? {
    program?.signal(15)
    return await program?.end()
  }

  func remove() { try? FileManager.default.removeItem(atPath: folder) }
}
