import FoundationEssentials
package import ServiceKit

/// The wire operations: `status` answers a `HighAvailabilityStatus`, `why` the same as one sentence. Both take an empty body or `{}`.
package struct HighAvailabilityWire: ServiceWire {
  /// The answer to `why`.
  package struct Why: Hashable, Codable, Sendable { package var why: String }

  let shell: HighAvailabilityShell

  package func call(_ operation: String, _ body: [UInt8], from caller: WireCaller) async throws -> [UInt8] {
    guard operation == "status" || operation == "why" else { throw WireError(.unknownOperation, "expected one of status, why") }
    guard body.count <= 2, body.isEmpty || body == Array("{}".utf8) else { throw WireError(.badRequest, "expected no body, or {}") }
    let status = try await shell.ask { .asked($0) }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return operation == "status" ? Array(try encoder.encode(status)) : Array(try encoder.encode(Why(why: status.sentence)))
  }
}
