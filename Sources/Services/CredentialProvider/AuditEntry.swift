import FoundationEssentials
package import World

/// One line of the audit log: a request before it is carried out, or its answer before it is given. JSON, without any secret.
package struct AuditEntry: Hashable, Codable, Sendable {
  package enum Phase: String, Codable, Sendable { case request, answer }
  package var time: WallTime
  package var phase: Phase
  /// The same for a request and its answer, unique within one start of the service.
  package var request: UInt64
  package var caller: String
  package var operation: String
  package var secret: String
  /// Of a request: `allowed` or `denied: …`. Of an answer: `done` or why not.
  package var outcome: String

  /// The line with its line end.
  package var line: [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    guard let json = try? encoder.encode(self) else { return Array("{\"outcome\":\"unwritable\"}\n".utf8) }
    return Array(json) + [10]
  }
}
