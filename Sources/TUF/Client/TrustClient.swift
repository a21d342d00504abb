package import StrictJSON
package import World

/// The detailed client workflow (section 5) over the ports for disk and network.
///
/// One `refresh` brings root, timestamp, snapshot and targets up to date, each on disk as soon as it is believed; `find` then looks for a target and
/// fetches the delegated metadata on its way. Any step may fail: what was accepted stays, and the next `refresh` begins from there (T9).
/// One client at a time works in one directory.
package struct TrustClient: Sendable {
  package let store: MetadataStore
  package let limits: TrustLimits
  let metadataURL: String
  let fetcher: any RepositoryFetcher
  private(set) var trusted: TrustedSet?
  private(set) var roles: [VisitedRole: TargetsRole] = [:]

  /// A role is believed only together with who delegated to it.
  struct VisitedRole: Hashable {
    var name: ExactText
    var delegator: ExactText
  }

  /// - Parameter metadataURL: where the metadata lies, with or without a slash at its end.
  package init(store: MetadataStore, metadataURL: String, fetcher: any RepositoryFetcher, limits: TrustLimits = TrustLimits()) {
    self.store = store
    self.limits = limits
    self.metadataURL = Self.withSlash(metadataURL)
    self.fetcher = fetcher
  }

  /// - Parameter start: the fixed time of this update; nothing that expired by then is used (T4).
  package mutating func refresh(start: WallTime) async throws(TrustError) {
    trusted = nil
    roles = [:]
    guard let bytes = try store.read(.root, limits: limits) else {
      throw TrustError(
        .noTrustedRoot, .root, "there is no trusted root at \(store.path(.root)). Begin with 'init' and a root that you have from a trusted source")
    }
    var set = try Self.begin(bytes, start: start, limits: limits, path: store.path(.root))
    try await updateRoot(&set)
    try await updateTimestamp(&set)
    try await updateSnapshot(&set)
    trusted = set
    roles[VisitedRole(name: .targets, delegator: .root)] = try await load(.targets, nil, set)
  }

  /// The versions of root, timestamp, snapshot and targets that the last `refresh` ended with; empty when it failed.
  package var versions: [(role: ExactText, version: Int64)] {
    guard let trusted, let timestamp = trusted.timestamp, let snapshot = trusted.snapshot,
      let targets = roles[VisitedRole(name: .targets, delegator: .root)]
    else { return [] }
    return [(.root, trusted.root.version), (.timestamp, timestamp.version), (.snapshot, snapshot.version), (.targets, targets.version)]
  }

  /// Whether target files are named after their hashes too.
  package var isConsistent: Bool { trusted?.root.consistentSnapshot ?? false }

  private static func begin(_ bytes: [UInt8], start: WallTime, limits: TrustLimits, path: String) throws(TrustError) -> TrustedSet {
    do throws(TrustError) {
      return try TrustedSet(trustedRoot: bytes, start: start, limits: limits)
    } catch {
      throw TrustError(.noTrustedRoot, .root, "\(path) is not a root to trust: \(error.detail)")
    }
  }

  /// T2, T5: one root after the other, each on disk before the next is asked for; the chain ends where the server has no next one.
  private func updateRoot(_ set: inout TrustedSet) async throws(TrustError) {
    for _ in 0..<max(0, limits.rootSteps) {
      guard let bytes = try await nextRoot(set.root.version + 1) else { break }
      try set.updateRoot(bytes)
      try store.write(.root, bytes)
    }
    try set.checkRoot()
  }

  private func nextRoot(_ version: Int64) async throws(TrustError) -> [UInt8]? {
    do throws(FetchError) {
      return try await fetch(.root, version: version, limit: limits.rootBytes)
    } catch {
      if error.kind == .notThere { return nil }
      throw TrustError.fetch(.root, error)
    }
  }

  private func updateTimestamp(_ set: inout TrustedSet) async throws(TrustError) {
    // One that does not hold against this root, or is damaged, protects nothing; the new one takes its place.
    if let local = try store.read(.timestamp, limits: limits) { try? set.loadTimestamp(local) }
    let bytes = try await get(.timestamp, version: nil, limit: limits.timestampBytes)
    if try set.updateTimestamp(bytes) { try store.write(.timestamp, bytes) }
  }

  private func updateSnapshot(_ set: inout TrustedSet) async throws(TrustError) {
    if let local = try store.read(.snapshot, limits: limits), (try? set.loadSnapshot(local)) == true { return }
    guard let listed = set.timestamp?.snapshot else { return }
    let bytes = try await get(
      .snapshot, version: set.root.consistentSnapshot ? listed.version : nil, limit: Self.limit(listed, limits.snapshotBytes))
    try set.updateSnapshot(bytes)
    try store.write(.snapshot, bytes)
  }

  /// The role from disk if it is what the snapshot lists, else from the repository.
  func load(_ name: ExactText, _ delegated: (role: DelegatedRole, keys: [ExactText: ListedKey], by: ExactText)?, _ set: TrustedSet)
    async throws(TrustError)
    -> TargetsRole
  {
    if let local = try store.read(name, limits: limits), let role = try? set.targets(local, delegated: delegated) { return role }
    let listed = try set.listed(name)
    let bytes = try await get(name, version: set.root.consistentSnapshot ? listed.version : nil, limit: Self.limit(listed, limits.targetsBytes))
    let role = try set.targets(bytes, delegated: delegated)
    try store.write(name, bytes)
    return role
  }

  mutating func remember(_ role: TargetsRole, _ key: VisitedRole) { roles[key] = role }

  private func get(_ role: ExactText, version: Int64?, limit: Int) async throws(TrustError) -> [UInt8] {
    do throws(FetchError) { return try await fetch(role, version: version, limit: limit) } catch { throw TrustError.fetch(role, error) }
  }

  private func fetch(_ role: ExactText, version: Int64?, limit: Int) async throws(FetchError) -> [UInt8] {
    let name = (version.map { "\($0)." } ?? "") + Quoting.requested(role.utf8) + ".json"
    let sink = MemorySink()
    try await fetcher.fetch(FetchRequest(url: metadataURL + name, limit: Int64(limit)), to: sink)
    return sink.bytes
  }

  /// What is listed, but never more than the setting (T5).
  private static func limit(_ listed: MetaFile, _ setting: Int) -> Int {
    listed.content.length.map { Int(min($0, Int64(setting))) } ?? setting
  }

  static func withSlash(_ url: String) -> String { url.hasSuffix("/") ? url : url + "/" }
}
