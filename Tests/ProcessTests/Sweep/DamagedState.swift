import Foundation
import Testing

/// The state directory of a connector that stopped in order, with one record of each kind damaged since and its logs about to be rotated.
struct DamagedState: Sendable {
  /// The durable steps that starting on it passes.
  static let steps = [
    "agent-system.move-aside", "agent-system.rotate-audit", "vault.set-aside", "credentials.audit.rotate", "configuration.set-aside",
    "link.identity-aside", "logger.rotate",
  ]
  /// The events that tell of the damage. A run that was killed may have told it already.
  static let told: Set<Int> = [10004, 12008, 15006, 16007]
  static let garbage = Data("damaged on purpose\n".utf8)
  static let fillerLines = 12_000

  let folder: String
  private let fqdn: String
  private var state: String { "\(folder)/state" }

  static func make(of cloud: CloudUnderTest, fqdn: String) async throws -> DamagedState {
    let swept = SweptConnector(try ConnectorUnderTest(of: cloud, fqdn: fqdn))
    let made = DamagedState(folder: swept.connector.folder, fqdn: fqdn)
    try swept.connector.start()
    #expect(await swept.settled())
    #expect(try await swept.put("lost", "x"))
    let record = try #require(try SweptConnector.files(below: "\(made.state)/credential-provider/records").first)
    #expect(try await swept.put("one", "first"), "\(swept.refusal)")
    swept.connector.program?.signal(15)
    #expect(await swept.connector.program?.end() == 0)
    var damaged = ["credential-provider/records/\(record)", "credential-provider/manifest.a", "agent-system/registry.state", "link/identity.json"]
    damaged += try SweptConnector.files(below: "\(made.state)/config-synchronizer").filter { $0.hasSuffix(".sqlite") }.map {
      "config-synchronizer/\($0)"
    }
    for name in damaged {
      #expect(FileManager.default.fileExists(atPath: "\(made.state)/\(name)"), "there is no \(name)")
      try made.write(garbage, name)
    }
    let line = "{\"filler\":\"\(String(repeating: "x", count: 80))\"}\n"
    for name in ["agent-system/audit.log", "credential-provider/audit.log"] {
      try made.write(Data(String(repeating: line, count: fillerLines).utf8), name)
    }
    for name in try SweptConnector.files(below: made.state) where name.hasSuffix(".log") && !name.contains("audit") {
      try made.write(Data(String(repeating: "filler\n", count: 584).utf8), name)
    }
    return made
  }

  /// A connector that starts on a copy of it.
  func copy(of cloud: CloudUnderTest) throws -> SweptConnector {
    let swept = SweptConnector(try ConnectorUnderTest(of: cloud, fqdn: fqdn))
    try FileManager.default.copyItem(atPath: state, toPath: swept.connector.state)
    swept.knows(secret: "one", "first")
    return swept
  }

  /// What is asked after such a start.
  func work(_ swept: SweptConnector) async throws -> Bool {
    guard await swept.settled() else { return false }
    return try await swept.put("two", "second")
  }

  /// Every damaged record is kept for a look, and no line of an audit is gone.
  func nothingIsLostSilently(_ state: String) throws {
    let files = try SweptConnector.files(below: state)
    for (folder, mark) in [
      ("agent-system", "damaged"), ("credential-provider/damaged", "manifest"), ("link", "corrupt"), ("config-synchronizer", "damaged"),
    ] {
      let kept = try files.filter { $0.hasPrefix(folder) && $0.contains(mark) }.filter {
        try Self.garbage == Data(contentsOf: URL(filePath: "\(state)/\($0)"))
      }
      if kept.isEmpty { throw SweptConnector.Wrong(description: "the damaged record of \(folder) is not kept: \(files)") }
    }
    if try !files.contains(where: {
      try $0.hasSuffix(".secret") && $0.contains("damaged/") && Data(contentsOf: URL(filePath: "\(state)/\($0)")) == Self.garbage
    }) {
      throw SweptConnector.Wrong(description: "the damaged secret is not kept: \(files)")
    }
    for folder in ["agent-system", "credential-provider"] {
      let texts = try files.filter { $0.hasPrefix("\(folder)/audit") }.map { try String(contentsOfFile: "\(state)/\($0)", encoding: .utf8) }
      let lines = texts.reduce(0) { $0 + $1.split(separator: "\n").count(where: { $0.hasPrefix("{\"filler\"") }) }
      if lines != Self.fillerLines { throw SweptConnector.Wrong(description: "the audit of \(folder) has \(lines) of \(Self.fillerLines) lines") }
    }
  }

  private func write(_ data: Data, _ name: String) throws {
    try data.write(to: URL(filePath: "\(state)/\(name)"))
    try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: "\(state)/\(name)")
  }

  func remove() { try? FileManager.default.removeItem(atPath: folder) }
}
