package import StrictJSON
import TUF
internal import World

extension Repository {
  mutating func publishRoot() throws {
    if published.contains(.root) { versions[.root, default: 0] += 1 }
    metadata["\(versions[.root] ?? 1).root.json"] = try SigningKey.sign(rootSigned, with: signers(.root))
  }

  mutating func publishTimestamp() throws {
    if published.contains(.timestamp) { versions[.timestamp, default: 0] += 1 }
    metadata["timestamp.json"] = try SigningKey.sign(signed(.timestamp), with: signers(.timestamp))
  }

  mutating func publishSnapshot() throws {
    if published.contains(.snapshot) { versions[.snapshot, default: 0] += 1 }
    let version = versions[.snapshot] ?? 1
    let bytes = try SigningKey.sign(signed(.snapshot), with: signers(.snapshot))
    store(.snapshot, version, bytes)
    timestampMeta = meta(version, bytes)
  }

  mutating func publishTargets(_ name: ExactText) throws {
    if published.contains(name) { targets[name]?.version += 1 }
    let version = targets[name]?.version ?? 1
    let bytes = try SigningKey.sign(targetsSigned(name), with: signers(name))
    store(name, version, bytes)
    snapshotMeta[ExactText(utf8: name.utf8 + Array(".json".utf8))] = meta(version, bytes)
  }

  /// Puts bytes where a client asks for that version of that role: for what `publish` would not make.
  package mutating func store(_ name: ExactText, _ version: Int64, _ bytes: [UInt8]) {
    let file = Quoting.requested(name.utf8) + ".json"
    metadata[consistentSnapshot && name != .timestamp ? "\(version).\(file)" : file] = bytes
  }

  /// What lists `bytes` in a snapshot or timestamp.
  package func meta(_ version: Int64, _ bytes: [UInt8]) -> JSONValue {
    var value: JSONValue = ["version": .integer(version)]
    if listsHashes {
      value["length"] = .integer(Int64(bytes.count))
      value["hashes"] = listHashes([.sha256: Digests.sha256(bytes)])
    }
    return value
  }

  var rootSigned: JSONValue {
    let listed = Dictionary(uniqueKeysWithValues: roles.map { ($0.key, JSONValue.object($0.value.listed)) })
    var members: [ExactText: JSONValue] = [
      "consistent_snapshot": .bool(consistentSnapshot), "keys": listKeys(roles.values.flatMap(\.keys)), "roles": .object(listed),
    ]
    members.merge(rootExtras) { own, _ in own }
    return common(.root, members)
  }

  func targetsSigned(_ name: ExactText) -> JSONValue {
    guard let draft = targets[name] else { return common(.targets, ["targets": [:]]) }
    var members: [ExactText: JSONValue] = ["targets": .object(draft.targets.mapValues(\.listed))]
    members["delegations"] = draft.delegations?.listed
    var signed = common(.targets, members)
    signed["version"] = .integer(draft.version)
    signed["expires"] = .text(draft.expires.iso8601(fraction: 0))
    return signed
  }

  func common(_ name: ExactText, _ members: [ExactText: JSONValue]) -> JSONValue {
    var all = members
    all["_type"] = .text(name)
    all["spec_version"] = .text(specVersion)
    all["version"] = .integer(versions[name] ?? 1)
    all["expires"] = expires[name].map { .text($0.iso8601(fraction: 0)) }
    return .object(all)
  }
}
