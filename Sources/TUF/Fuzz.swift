import StrictJSON

/// What a fuzzer calls with any bytes: everything that an update does with bytes from a repository before and besides checking signatures. It must
/// return, whatever they are.
package func fuzzMetadata(_ bytes: UnsafeRawBufferPointer) {
  let bytes = Array(bytes)
  var limits = TrustLimits()
  limits.rootBytes = limits.targetsBytes
  limits.timestampBytes = limits.targetsBytes
  limits.snapshotBytes = limits.targetsBytes
  if let tree = try? JSONTree.parse(bytes, limits: limits.json(.targets)) { _ = try? tree.top.canonical() }
  if let root = try? Envelope(bytes, type: .root, role: .root, limits: limits), let role = try? RootRole(root) {
    for name in [ExactText.root, .timestamp, .snapshot, .targets] {
      guard let keys = role.roles[name] else { continue }
      _ = try? root.verify(keys, keys: role.keys, as: name, by: "itself")
    }
  }
  if let timestamp = try? Envelope(bytes, type: .timestamp, role: .timestamp, limits: limits) { _ = try? TimestampRole(timestamp) }
  if let snapshot = try? Envelope(bytes, type: .snapshot, role: .snapshot, limits: limits) { _ = try? SnapshotRole(snapshot).file(of: .targets) }
  if let targets = try? Envelope(bytes, type: .targets, role: .targets, limits: limits), let role = try? TargetsRole(targets, name: .targets) {
    for path in role.paths.prefix(8) + ["a/b/c.txt"] {
      _ = role.target(path)
      for child in role.delegations?.roles(for: path) ?? [] {
        _ = Quoting.fileName(child.name, suffix: ".json")
        _ = try? targets.verify(child.keys, keys: role.delegations?.keys ?? [:], as: child.name, by: "itself")
      }
    }
  }
}

/// Two lines of text: a path pattern and a path.
package func fuzzPathPattern(_ bytes: UnsafeRawBufferPointer) {
  let parts = bytes.split(separator: UInt8(ascii: "\n"), maxSplits: 1, omittingEmptySubsequences: false)
  guard parts.count == 2 else { return }
  _ = PathPattern(ExactText(utf8: Array(parts[0]))).matches(ExactText(utf8: Array(parts[1])))
}
