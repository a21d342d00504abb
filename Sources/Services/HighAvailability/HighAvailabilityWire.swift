import AgentSystem
import FoundationEssentials
package import ServiceKit

/// The wire operations: `status` answers a `HighAvailabilityStatus`, `why` the same in sentences; both take an empty body or `{}`. `force` and `clear` write
/// the registry's `OutageModeForced` through the WatchDog and answer the status; `force` takes `{"reason":"…"}`. The cloud may order neither: it would decide of
/// its own outage.
package struct HighAvailabilityWire: ServiceWire {
  /// The answer to `why`.
  package struct Why: Hashable, Codable, Sendable { package var why: String }
  private struct Force: Decodable { var reason: String? }

  let shell: HighAvailabilityShell
  let context: ServiceContext

  package func call(_ operation: String, _ body: [UInt8], from caller: WireCaller) async throws -> [UInt8] {
    guard ["status", "why", "force", "clear"].contains(operation) else {
      throw WireError(.unknownOperation, "expected one of status, why, force, clear")
    }
    if operation == "force" {
      guard body.count <= 4_096, let force = body.isEmpty ? Force() : try? JSONDecoder().decode(Force.self, from: Data(body)) else {
        throw WireError(.badRequest, #"expected {"reason":"a drill"}"#)
      }
      try await order(true, force.reason ?? "", caller)
      return try encode(await status())
    }
    guard body.count <= 2, body.isEmpty || body == Array("{}".utf8) else { throw WireError(.badRequest, "expected no body, or {}") }
    if operation == "clear" { try await order(false, "", caller) }
    let status = try await status()
    return operation == "why" ? try encode(Why(why: status.sentence)) : try encode(status)
  }

  private func status() async throws -> HighAvailabilityStatus { try await shell.ask { .asked($0) } }

  private func order(_ forced: Bool, _ reason: String, _ caller: WireCaller) async throws {
    guard case .control = caller else { throw WireError(.denied, "only an administrator of this connector may force an outage or clear it") }
    switch try await context.elevate(.registryWrite(KnownRegistryKeys.outageModeForced, .integer(forced ? 1 : 0))) {
    case .done, .value: break
    case .refused(let refusal): throw WireError(.denied, "the registry could not be written: \(refusal)")
    case .failed(let failure): throw WireError(.failed, "the registry could not be written: \(failure)")
    }
    let said = ReasonText(reason).text
    await shell.send(.outage(.forced(forced, reason: said.isEmpty ? "no reason was given" : said)))
  }

  private func encode(_ value: some Encodable) throws -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return Array(try encoder.encode(value))
  }
}
