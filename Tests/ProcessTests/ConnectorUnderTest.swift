import Foundation
import Glibc
import Testing

/// What is tried on real processes when something is wrong: one thing at a time.
@Suite(.serialized) enum HardshipTests {}

/// A `connectord` of a test's own: its folder, its configuration, and its events as it prints them.
final class ConnectorUnderTest: Sendable {
  let folder: String
  nonisolated(unsafe) private(set) var program: LiveProgram?
  nonisolated(unsafe) private var iterator: AsyncStream<String>.Iterator?

  var state: String { "\(folder)/state" }
  var configuration: String { "\(folder)/connectord.yaml" }
  var socket: String { "\(state)/control.sock" }

  struct Failed: Error, CustomStringConvertible { var description: String }

  /// - Parameters:
  ///   - lab: whose cloud it calls; without one, a cloud that is not there.
  ///   - fqdn: its name.
  init(of lab: LabUnderTest? = nil, fqdn: String = "c9.forest1.local") throws {
    folder = try LabUnderTest.temporaryFolder()
    var settings: [String: Any]
    if let lab {
      let data = try Data(contentsOf: URL(filePath: "\(lab.folder)/c1/connectord.yaml"))
      settings = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    } else {
      try Self.put("secret", at: "\(folder)/secret", mode: 0o600)
      settings = [
        "connector": [
          "customer": "acme", "resourceLocation": "14355d19-6b6f-45fa-964e-d6c4d01f01df", "clientID": "lab-client",
          "clientSecretFile": "\(folder)/secret",
        ], "cloud": ["url": "https://127.0.0.1:1", "caFile": "\(folder)/ca.pem"], "events": ["output": "stderr"],
      ]
    }
    settings["state"] = ["directory": "\(folder)/state"]
    try write(settings)
    try change("connector") { $0["fqdn"] = fqdn }
  }

  /// A connector of a cloud that runs alone.
  init(of cloud: CloudUnderTest, fqdn: String) throws {
    folder = try LabUnderTest.temporaryFolder()
    var settings = try cloud.settings(of: fqdn)
    settings["state"] = ["directory": "\(folder)/state"]
    try write(settings)
  }

  static func put(_ text: String, at path: String, mode: Int) throws {
    try text.write(toFile: path, atomically: true, encoding: .utf8)
    try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
  }

  /// Changes one section of the configuration file.
  func change(_ section: String, _ body: (inout [String: Any]) -> Void) throws {
    let data = try Data(contentsOf: URL(filePath: configuration))
    var settings = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    var part = settings[section] as? [String: Any] ?? [:]
    body(&part)
    settings[section] = part
    try write(settings)
  }

  private func write(_ settings: [String: Any]) throws {
    let data = try JSONSerialization.data(withJSONObject: settings, options: [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes])
    try data.write(to: URL(filePath: configuration))
  }

  /// Starts it; its events are read from the first on.
  func start(_ environment: [String: String] = [:]) throws {
    let live = try LiveProgram("connectord", ["run", "--config", configuration, "--name", "c9"], environment: environment, errors: true)
    program = live
    iterator = live.lines.makeAsyncIterator()
  }

  /// The next line of an event, or nil once it has ended.
  func line() async -> String? { await iterator?.next() }

  /// Reads on until an event with this code comes.
  @discardableResult
  func event(_ code: Int) async throws -> String {
    var read: [String] = []
    while let line = await line() {
      if line.contains(" \(code) ") { return line }
      read.append(line)
    }
    throw Failed(description: "connectord ended before event \(code):\n\(read.joined(separator: "\n"))")
  }

  func ctl(_ arguments: [String], input: String = "") async throws -> Programs.Finished {
    try await Programs.run("connectorctl", ["--socket", socket] + arguments, input: input)
  }

  /// Asks for its health until the exit code is this one.
  func health(_ code: Int32) async throws -> Programs.Finished {
    try await LabProcessTests.eventually {
      try await ctl(["health"])
    } until: {
      $0.code == code
    }
  }

  /// Runs it to its end where a start is refused.
  func refused() async throws -> Programs.Finished { try await Programs.run("connectord", ["run", "--config", configuration]) }

  @discardableResult
  func kill() async -> Int32? {
    program?.signal(SIGKILL)
    return await program?.end()
  }

  /// Stops it in order and removes its folder; returns the exit code.
  func stop() async -> Int32? {
    program?.signal(SIGTERM)
    let code = await program?.end()
    remove()
    return code
  }

  func remove() { try? FileManager.default.removeItem(atPath: folder) }
}

extension LabUnderTest {
  /// The processes whose command line names a folder.
  static func processes(naming folder: String) -> [Int32] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
    return names.compactMap { Int32($0) }.filter { pid in
      guard pid != getpid(), let data = FileManager.default.contents(atPath: "/proc/\(pid)/cmdline") else { return false }
      return String(decoding: data, as: UTF8.self).contains(folder)
    }
  }

  /// Returns once no process names the folder any more.
  static func awaitNone(naming folder: String) async throws {
    _ = try await LabProcessTests.eventually {
      processes(naming: folder)
    } until: {
      $0.isEmpty
    }
  }
}
