import Foundation
import Glibc
import Testing

/// A connector that a sweep kills: what it is asked, what it said yes to, and whether that is still so afterwards.
final class SweptConnector {
  static let word = #"HKLM\Software\Citrix\Sweep\Word"#

  let connector: ConnectorUnderTest
  private var secrets: [String: Set<String>] = [:]
  private var registry: [String: String] = [:]
  /// What the last request that was not answered came to.
  private(set) var refusal = ""

  struct Wrong: Error, CustomStringConvertible { var description: String }

  init(_ connector: ConnectorUnderTest) { self.connector = connector }

  /// What an administrator does in a connector's first minutes. Returns at the first thing that was not answered; true when all of it was.
  func work() async throws -> Bool {
    guard await settled(), try await put("one", "first"), try await set(Self.word, "kept", ["registry", "set", Self.word, "kept"]) else {
      return false
    }
    guard try await set("InMaintenance", "1", ["watchdog", "maintenance", "on", "--reason", "sweep"]) else { return false }
    let restart = ["watchdog", "schedule-restart", "--delay", "6h", "--target", "process", "--reason", "sweep"]
    guard try await set(#"Restart\Reason"#, "sweep", restart), try await put("one", "second") else { return false }
    for key in ["data", "root"] where try await ask(["credential", "rotate", key]) == false { return false }
    return try await put("two", "third")
  }

  /// Returns once it has its configuration and knows who is elected; false when it ended before that.
  func settled() async -> Bool {
    var missing: Set = [16002, 17000]
    while !missing.isEmpty {
      guard let line = await connector.line() else { return false }
      missing = missing.filter { !line.contains(" \($0) ") }
    }
    return true
  }

  /// Asks; false when the answer was no or did not come.
  private func ask(_ arguments: [String], input: String = "") async throws -> Bool {
    let answer = try await connector.ctl(arguments, input: input)
    if answer.code != 0 { refusal = "\(arguments): \(answer.errors)" }
    return answer.code == 0
  }

  /// Until the answer is there the secret may be the old one or the new one.
  func put(_ name: String, _ secret: String) async throws -> Bool {
    let before = secrets[name]
    secrets[name] = (before ?? [""]).union([secret])
    guard try await ask(["credential", "put", name], input: secret) else { return false }
    secrets[name] = [secret]
    return true
  }

  private func set(_ path: String, _ value: String, _ arguments: [String]) async throws -> Bool {
    guard try await ask(arguments) else { return false }
    registry[path] = value
    return true
  }

  /// Adds what an earlier run had said yes to.
  func knows(secret name: String, _ value: String) { secrets[name] = [value] }

  /// Does something with it and leaves nothing of it behind, however that ends.
  func toItsEnd(_ body: () async throws -> Void) async throws {
    do { try await body() } catch {
      await connector.kill()
      connector.remove()
      throw error
    }
    await connector.kill()
    connector.remove()
  }

  /// It runs again: it comes up ready, nothing that it said yes to is lost, and what it found is not called damaged.
  func check(damageTold: Set<Int> = []) async throws {
    let identity = try? identityID()
    try connector.start()
    let events = try await connector.eventsUntil(10000)
    try await checkHealth(identity, mayChange: damageTold.contains(10004))
    try await checkSecrets()
    let list = try await connector.ctl(["registry", "list"])
    for (path, value) in registry where !damageTold.contains(12008) {
      let isThere = list.output.split(separator: "\n").contains { $0.contains(path) && $0.contains(value) }
      if !isThere { throw Wrong(description: "the registry lost \(path) = \(value):\n\(list.output)") }
    }
    for code in [10004, 12008, 12009, 15001, 15006, 16007] where !damageTold.contains(code) {
      if let line = events.first(where: { $0.contains(" \(code) ") }) { throw Wrong(description: "a kill is told as damage: \(line)") }
    }
    try checkAudits()
    // What a kill left half made is gone; an import that runs just now has such a file for a moment.
    _ = try await LabProcessTests.eventually {
      try Self.files(below: connector.state).filter { $0.hasSuffix(".new") || $0.hasSuffix(".next") }
    } until: {
      $0.isEmpty
    }
  }

  func checkHealth(_ identity: String?, mayChange: Bool) async throws {
    while true {
      let answer = try await connector.ctl(["--json", "status"])
      let status = try JSONSerialization.jsonObject(with: Data(answer.output.utf8)) as? [String: Any]
      let health = status?["health"] as? [String: Any]
      let reasons = (health?["reasons"] as? [String] ?? ["no answer"]).filter { $0 != "The connector is in maintenance." }
      if reasons.isEmpty {
        let id = status?["id"] as? String
        if id == nil || (identity != nil && id != identity && !mayChange) {
          throw Wrong(description: "it was \(identity ?? "nobody") to its cloud and is now \(id ?? "nobody")")
        }
        return
      }
      try Task.checkCancellation()
    }
  }

  private func checkSecrets() async throws {
    for (name, allowed) in secrets {
      let got = try await connector.ctl(["credential", "get", name, "--reveal"])
      let secret = got.output.trimmingCharacters(in: .newlines)
      if !allowed.contains(secret) { throw Wrong(description: "secret \(name) is '\(secret)', expected one of \(allowed): \(got.errors)") }
    }
  }

  /// Every line of both audits is a whole JSON object.
  private func checkAudits() throws {
    let names = try Self.files(below: connector.state).filter { $0.contains("audit") }
    if names.isEmpty { throw Wrong(description: "there is no audit log") }
    for name in names {
      let lines = try String(contentsOfFile: "\(connector.state)/\(name)", encoding: .utf8).split(separator: "\n", omittingEmptySubsequences: true)
      for (number, line) in lines.enumerated() where number < 3 || number > lines.count - 200 {
        guard (try? JSONSerialization.jsonObject(with: Data(line.utf8))) != nil else {
          throw Wrong(description: "\(name):\(number + 1) is no JSON object: \(line.prefix(200))")
        }
      }
    }
  }

  private func identityID() throws -> String? {
    let data = try Data(contentsOf: URL(filePath: "\(connector.state)/link/identity.json"))
    let record = try JSONSerialization.jsonObject(with: data) as? [String: Any]
    return (record?["identity"] as? [String: Any])?["id"] as? String
  }

  static func files(below folder: String) throws -> [String] {
    (FileManager.default.enumerator(atPath: folder)?.compactMap { $0 as? String } ?? []).sorted()
  }
}

extension ConnectorUnderTest {
  /// Every line up to the event with this code.
  func eventsUntil(_ code: Int) async throws -> [String] {
    var read: [String] = []
    while let line = await line() {
      read.append(line)
      if line.contains(" \(code) ") { return read }
    }
    throw Failed(description: "connectord ended before event \(code):\n\(read.joined(separator: "\n"))")
  }
}
