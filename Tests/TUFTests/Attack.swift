import SimulatedWorld
import StrictJSON
import TUF
import TUFRepository
import Testing
import World

/// One way to deceive a client, and what must come of it. The client has refreshed once before; then `arrange` happens.
struct Attack: CustomTestStringConvertible, Sendable {
  /// The invariant that it tries to break.
  var id: String
  var name: String
  /// What the refusal must be called; nil when the client must not even notice.
  var expected: TrustError.Kind?
  /// Roles that do move before the refusal, as `trusted` shows them; the others stay at 1.
  var moved: [String: Int64] = [:]
  /// What an accepted root takes with it, because it rotates keys (5.3.11).
  var gone: Set<String> = []
  /// Whether the honest repository goes on from what the attack published, rather than from before it.
  var healsOnTop = false
  var hashes = false
  var arrange: @Sendable (inout Scene) throws -> Void

  var testDescription: String { "\(id): \(name)" }

  var trusted: [String] {
    ["root", "snapshot", "targets", "timestamp"].filter { !gone.contains($0) }.map { "\($0) \(moved[$0] ?? 1)" }
  }
}

extension Scene {
  /// Signs what a role would be now, changed by `change`, with `keys` or its own, and serves it as `version`.
  mutating func forge(
    _ role: ExactText, version: Int64, keys: [SigningKey]? = nil, _ change: (inout JSONValue) -> Void = { _ in }
  ) throws {
    var signed = repository.signed(role)
    signed["version"] = .integer(version)
    change(&signed)
    repository.store(role, version, try SigningKey.sign(signed, with: keys ?? repository.signers(role)))
    fetcher.serve(repository)
  }

  /// Lists `version` of a targets role in a new snapshot and timestamp.
  mutating func list(_ role: ExactText, version: Int64) throws {
    repository.snapshotMeta[ExactText("\(role).json")] = ["version": .integer(version)]
    try publish(.snapshot, .timestamp)
  }

  static let past: JSONValue = .text((start + .seconds(-1)).iso8601(fraction: 0))
}
