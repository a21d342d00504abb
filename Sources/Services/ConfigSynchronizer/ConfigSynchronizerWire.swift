import FoundationEssentials
package import ServiceKit

/// The wire operations: `status` answers a `ConfigSynchronizerStatus`, `sync-now` checks at once and answers a `Synced` when that is over.
/// Both take an empty body or `{}`.
package struct ConfigSynchronizerWire: ServiceWire {
  /// The answer to `sync-now`.
  package struct Synced: Hashable, Codable, Sendable {
    package var outcome: ConfigSynchronizerAnswer.Sync
    package var revision: Int?
  }

  let shell: ConfigSynchronizerShell

  package func call(_ operation: String, _ body: [UInt8], from caller: WireCaller) async throws -> [UInt8] {
    let question: ConfigSynchronizerLogic.Question
    switch operation {
    case "status": question = .status
    case "sync-now": question = .syncNow
    default: throw WireError(.unknownOperation, "expected one of status, sync-now")
    }
    guard body.count <= 2, body.isEmpty || body == Array("{}".utf8) else { throw WireError(.badRequest, "expected no body, or {}") }
    let answer: ConfigSynchronizerAnswer
    do {
      answer = try await shell.ask { .asked($0, question) }
    } catch let failure as ConfigSyncFailed {
      if case .unreachable = failure { throw WireError(.unavailable, failure.description) }
      throw WireError(.failed, failure.description)
    }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    switch answer {
    case .status(let status): return Array(try encoder.encode(status))
    case .synced(let outcome, let revision): return Array(try encoder.encode(Synced(outcome: outcome, revision: revision)))
    case .revision, .edgeServers: throw WireError(.failed, "the answer was of another kind; report this as a fault")
    }
  }
}
