import StrictJSON
internal import TUF
internal import TUFRepository
internal import World

/// The metadata that a record stands for: the same record and keys give the same bytes, so that a write that a crash cut off can be made again.
struct MetadataFiles {
  /// In the order in which they may appear: whatever a client reads between two of them fits together.
  let inOrder: [(name: String, bytes: [UInt8], step: DurableStep)]

  /// - Parameter isThere: whether a file of metadata is on disk. The root is left as it is there when a key of it is gone, since it cannot be made again.
  init(_ record: RepositoryRecord, _ keys: [String: SigningKey], isThere: (String) throws(ReleaseProblem) -> Bool) throws(ReleaseProblem) {
    let makesRoot = try Self.makesRoot(record, keys, isThere)
    do {
      var repository = try Self.repository(record, keys, makesRoot)
      var staged: [(String, [UInt8], DurableStep)] = []
      if let version = record.staged {
        var draft = repository
        draft.targets[.targets] = Self.draft(version, record.published + record.signed)
        draft.roles[.targets]?.signers = try version.signedBy.map { try Self.key($0, keys) }
        try draft.publish([.targets])
        staged = draft.metadata.map { ($0.key, $0.value, "releases.staged") }
      }
      try repository.publish([.targets, .snapshot, .timestamp] + (makesRoot ? [.root] : []))
      inOrder = try staged + RepositoryRole.allCases.filter { $0 != .root || makesRoot }.map { role in try Self.file(role, record, repository) }
    } catch let problem as ReleaseProblem {
      throw problem
    } catch {
      throw ReleaseProblem(.damaged, "the metadata cannot be signed: \(error)")
    }
  }

  /// A root lists its own keys, so all of those must be there; of those before them, as many as had to sign.
  private static func makesRoot(
    _ record: RepositoryRecord, _ keys: [String: SigningKey], _ isThere: (String) throws(ReleaseProblem) -> Bool
  ) throws(ReleaseProblem) -> Bool {
    guard let root = record.roles[.root] else { return false }
    let before = Set(root.current.signedBy).subtracting(root.keys)
    let lacks = root.keys.filter { keys[$0] == nil }
    let enough = before.isEmpty || before.count { keys[$0] != nil } >= root.threshold
    if lacks.isEmpty, enough { return true }
    if try isThere(fileName(.root, record)) { return false }
    guard let lost = lacks.first else {
      throw ReleaseProblem(
        .damaged,
        "of the root's keys before, \(before.count { keys[$0] != nil }) are there and \(root.threshold) must sign the new root. Restore them")
    }
    throw ReleaseProblem(
      .damaged, "the root's key \(lost) is not there, so no new root can list it. Restore it, or begin with connector-lab release rotate root")
  }

  private static func file(_ role: RepositoryRole, _ record: RepositoryRecord, _ repository: Repository) throws -> (String, [UInt8], DurableStep) {
    let name = fileName(role, record)
    guard let bytes = repository.metadata[name] else { throw ReleaseProblem(.damaged, "\(name) was not made") }
    let step: DurableStep =
      switch role {
      case .root: DurableStep(rawValue: "releases.root")
      case .targets: DurableStep(rawValue: "releases.targets")
      case .snapshot: DurableStep(rawValue: "releases.snapshot")
      case .timestamp: DurableStep(rawValue: "releases.timestamp")
      }
    return (name, bytes, step)
  }

  static func fileName(_ role: RepositoryRole, _ record: RepositoryRecord) -> String {
    role == .timestamp ? "timestamp.json" : "\(record.roles[role]?.current.version ?? 1).\(role.rawValue).json"
  }

  private static func repository(_ record: RepositoryRecord, _ keys: [String: SigningKey], _ makesRoot: Bool) throws(ReleaseProblem) -> Repository {
    var repository = Repository(keys: [:], expires: WallTime(seconds: 0))
    repository.listsHashes = true
    for (role, state) in record.roles where role != .root || makesRoot {
      let name = ExactText(role.rawValue)
      let signers = role == .root ? state.current.signedBy.compactMap { keys[$0] } : try all(state.current.signedBy, keys)
      repository.roles[name] = RoleDraft(keys: try all(state.keys, keys), threshold: state.threshold, signers: signers)
      repository.versions[name] = state.current.version
      repository.expires[name] = state.current.expires
      if role == .targets { repository.targets[name] = draft(state.current, record.published) }
    }
    return repository
  }

  private static func draft(_ version: SignedVersion, _ entries: [ReleaseEntry]) -> TargetsDraft {
    var draft = TargetsDraft(expires: version.expires)
    draft.version = version.version
    for entry in entries { draft.targets[ExactText(entry.target)] = entry.draft }
    return draft
  }

  private static func all(_ ids: [String], _ keys: [String: SigningKey]) throws(ReleaseProblem) -> [SigningKey] {
    var found: [SigningKey] = []
    for id in ids { found.append(try key(id, keys)) }
    return found
  }

  private static func key(_ id: String, _ keys: [String: SigningKey]) throws(ReleaseProblem) -> SigningKey {
    guard let key = keys[id] else { throw ReleaseProblem(.damaged, "the key \(id) is not there") }
    return key
  }
}
