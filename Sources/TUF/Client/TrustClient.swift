package import StrictJSON
import TrustCheckers
package import World

/// The detailed client workflow (section 5) over the ports for disk and network.
///
/// One `refresh` brings root, timestamp, snapshot and targets up to date, each on disk as soon as it is believed; `find` then looks for a target and
/// fetches the delegated metadata on its way. Any step may fail: what was accepted stays, and the next `refresh` begins from there (T9).
/// One client at a time works in one directory.
package struct TrustClient: Sendable {
  package let store: MetadataStore
  package let limits: TrustLimits
  let observer: TrustObserver?
  let metadataURL: String
  let fetcher: any RepositoryFetcher
  private(set) var trusted: TrustedSet?
  /// Of the last `refresh`.
  private var start = WallTime(seconds: 0)
  private(set) var roles: [VisitedRole: TargetsRole] = [:]
  /// What the last `refresh` held for the current timestamp, whether or not it came further; nil when it did not come so far.
  package private(set) var timestamp: CurrentTimestamp?

  /// The timestamp that a refresh went on with.
  package struct CurrentTimestamp: Hashable, Sendable {
    package var version: Int64
    /// SHA-256 over the keys that may sign timestamps and their threshold: another after they were rotated.
    package var keys: String
    /// It was fetched and stored by this refresh; otherwise it was on disk before.
    package var isNew: Bool
  }

  /// A role is believed only together with who delegated to it.
  struct VisitedRole: Hashable {
    var name: ExactText
    var delegator: ExactText
  }

  /// Who delegated to a role, in which version, and with which keys.
  struct Delegator {
    var role: DelegatedRole
    var keys: [ExactText: ListedKey]
    var by: ExactText
    var byVersion: Int64
  }

  /// - Parameters:
  ///   - metadataURL: where the metadata lies, with or without a slash at its end.
  ///   - observer: is told what this client does, in its order, as it does it (`TrustCheckers` reads it).
  package init(
    store: MetadataStore, metadataURL: String, fetcher: any RepositoryFetcher, limits: TrustLimits = TrustLimits(), observer: TrustObserver? = nil
  ) {
    self.store = store
    self.limits = limits
    self.observer = observer
    self.metadataURL = Self.withSlash(metadataURL)
    self.fetcher = fetcher
  }

  /// - Parameter start: the fixed time of this update; nothing that expired by then is used (T4).
  package mutating func refresh(start: WallTime) async throws(TrustError) {
    (trusted, roles, timestamp, self.start) = (nil, [:], nil, start)
    tell(.cycleBegan(TrustFact.Limits(rootSteps: limits.rootSteps, delegations: limits.delegations)))
    do throws(TrustError) { try await bringUpToDate() } catch {
      tell(.cycleFailed(kind: error.kind.rawValue, subject: Quoting.fileName(error.subject)))
      throw error
    }
    tell(.cycleEnded)
  }

  func tell(_ what: @autoclosure () -> TrustFact.What) {
    if let observer { observer(TrustFact(what(), at: start)) }
  }

  private mutating func bringUpToDate() async throws(TrustError) {
    guard let bytes = try store.read(.root, limits: limits) else {
      throw TrustError(
        .noTrustedRoot, .root, "there is no trusted root at \(store.path(.root)). Begin with 'init' and a root that you have from a trusted source")
    }
    var set = try Self.begin(bytes, start: start, limits: limits, path: store.path(.root))
    tell(.rootLoaded(TrustFact.Root(set.root)))
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
      // 5.3.11: versions that ran away come back. Before the root: after a crash in between it is asked for again, and these are absent.
      if set.root.rotated.contains(where: { $0 == .timestamp || $0 == .snapshot }) {
        for role in [ExactText.timestamp, .snapshot] { try store.remove(role) }
      }
      try store.write(.root, bytes)
      tell(.rootAccepted(TrustFact.Root(set.root)))
    }
    try set.checkRoot()
    tell(.rootUsed(version: set.root.version, expires: set.root.expires))
  }

  private func nextRoot(_ version: Int64) async throws(TrustError) -> [UInt8]? {
    do throws(FetchError) {
      return try await fetch(.root, version: version, listed: nil)
    } catch {
      if error.kind == .notThere { return nil }
      throw TrustError.fetch(.root, error)
    }
  }

  private mutating func updateTimestamp(_ set: inout TrustedSet) async throws(TrustError) {
    // One that does not hold against this root, or is damaged, protects nothing; the new one takes its place.
    var local = try store.read(.timestamp, limits: limits)
    do throws(TrustError) { if let local { try set.loadTimestamp(local) } } catch { local = nil }
    if let local, let role = set.timestamp { tell(.role(TrustFact.Role(role, .kept, local, in: set))) }
    let bytes = try await get(.timestamp, version: nil, listed: nil)
    let isNew = try set.updateTimestamp(bytes)
    if isNew { try store.write(.timestamp, bytes) }
    guard let role = set.timestamp else { return }
    timestamp = CurrentTimestamp(version: role.version, keys: set.root.fingerprint(of: .timestamp), isNew: isNew)
    tell(.role(TrustFact.Role(role, isNew ? .accepted : .used, isNew ? bytes : local ?? [], in: set)))
  }

  private func updateSnapshot(_ set: inout TrustedSet) async throws(TrustError) {
    if let local = try store.read(.snapshot, limits: limits), let isCurrent = try? set.loadSnapshot(local) {
      if let role = set.snapshot { tell(.role(TrustFact.Role(role, isCurrent ? .used : .kept, local, in: set))) }
      if isCurrent { return }
    }
    guard let listed = set.timestamp?.snapshot else { return }
    let bytes = try await get(.snapshot, version: set.root.consistentSnapshot ? listed.version : nil, listed: listed.content.length)
    try set.updateSnapshot(bytes)
    try store.write(.snapshot, bytes)
    if let role = set.snapshot { tell(.role(TrustFact.Role(role, .accepted, bytes, in: set))) }
  }

  /// The role from disk if it is what the snapshot lists, else from the repository.
  func load(_ name: ExactText, _ delegated: Delegator?, _ set: TrustedSet) async throws(TrustError) -> TargetsRole {
    let (by, byVersion) = delegated.map { ($0.by, $0.byVersion) } ?? (.root, set.root.version)
    let vouched = delegated.map { ($0.role, $0.keys, $0.by) }
    if let local = try store.read(name, limits: limits), let role = try? set.targets(local, delegated: vouched) {
      tell(.role(TrustFact.Role(role, .used, local, by: by, byVersion, in: set)))
      return role
    }
    let listed = try set.listed(name)
    let bytes = try await get(name, version: set.root.consistentSnapshot ? listed.version : nil, listed: listed.content.length)
    let role = try set.targets(bytes, delegated: vouched)
    try store.write(name, bytes)
    tell(.role(TrustFact.Role(role, .accepted, bytes, by: by, byVersion, in: set)))
    return role
  }

  mutating func remember(_ role: TargetsRole, _ key: VisitedRole) { roles[key] = role }

  private func get(_ role: ExactText, version: Int64?, listed: Int64?) async throws(TrustError) -> [UInt8] {
    do throws(FetchError) { return try await fetch(role, version: version, listed: listed) } catch { throw TrustError.fetch(role, error) }
  }

  /// - Parameter listed: the length that metadata lists; it counts only where it is below the setting (T5).
  private func fetch(_ role: ExactText, version: Int64?, listed: Int64?) async throws(FetchError) -> [UInt8] {
    let name = (version.map { "\($0)." } ?? "") + Quoting.requested(role.utf8) + ".json"
    let setting = Int64(limits.bytes(of: role))
    let limit = listed.map { min($0, setting) } ?? setting
    let sink = MemorySink()
    defer { tell(.read(TrustFact.Read(Quoting.fileName(role), bytes: Int64(sink.bytes.count), limit: limit, listed: listed, setting: setting))) }
    try await fetcher.fetch(FetchRequest(url: metadataURL + name, limit: limit), to: sink)
    return sink.bytes
  }

  static func withSlash(_ url: String) -> String { url.hasSuffix("/") ? url : url + "/" }
}
