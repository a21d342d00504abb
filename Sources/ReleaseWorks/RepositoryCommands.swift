internal import ReleaseSlots
package import Releases
package import World

/// What can be done with a repository.
extension ReleaseRepository {
  /// Takes a bundle in and signs it, visible to nobody yet. The bundle is read as a connector would read it, and refused if a connector would refuse it.
  /// One that is there already, with the same bytes, changes nothing.
  package mutating func sign(_ bundle: String, now: WallTime) throws(ReleaseProblem) -> ReleaseEntry {
    let found = try inspect(bundle)
    let entry = ReleaseEntry(found.manifest, digest: found.manifestDigest, sha256: found.sha256, length: found.length)
    if let known = (record.published + record.signed).first(where: { $0.isSame(entry.version, entry.platform) }) {
      guard known.sha256 == entry.sha256 else {
        throw ReleaseProblem(
          .refused,
          "\(entry.version) for \(entry.platform) is in the repository with other bytes (SHA-256 \(known.sha256.short)…, not \(entry.sha256.short)…); "
            + "a version never changes. Build the next one, or revoke \(entry.version) if it was never published")
      }
      return known
    }
    try checkRises(entry)
    try take(bundle, entry)
    var next = record
    next.signed.append(entry)
    stage(&next, now)
    try commit(next)
    return entry
  }

  /// Makes a signed release visible, or changes who gets one that is visible.
  package mutating func publish(_ version: ReleaseVersion, _ platform: ReleasePlatform, ring: ReleaseRing, isEmergency: Bool, now: WallTime)
    throws(ReleaseProblem) -> ReleaseEntry
  {
    guard var entry = (record.signed + record.published).first(where: { $0.isSame(version, platform) }) else {
      let hint = record.revoked.contains { $0.isSame(version, platform) } ? "it was revoked; build the next version" : "sign it first"
      throw ReleaseProblem(.refused, "\(version) for \(platform) is not in the repository: \(hint)")
    }
    let isNew = record.signed.contains { $0.isSame(version, platform) }
    if isNew { try checkRises(entry) }
    // A rollout that has begun keeps its rules: who takes part has been told of its window.
    guard isNew || entry.isEmergency || !isEmergency else {
      throw ReleaseProblem(
        .refused,
        "\(version) is published already, and not as an emergency; it does not become one. Update connectors outside of their windows with "
          + "connector-lab update now, or publish the next version with --emergency")
    }
    if !isNew, entry.ring == ring { return entry }
    try checkBundle(entry)
    entry.ring = ring
    if isNew { entry.isEmergency = isEmergency }
    var next = record
    next.signed.removeAll { $0.isSame(version, platform) }
    next.published.removeAll { $0.isSame(version, platform) }
    next.published.append(entry)
    next.highest[platform.description] = max(version, record.highest(platform) ?? version)
    show(&next, now)
    try commit(next)
    return entry
  }

  /// Takes a release out: nobody gets it any more, and its version is never used again if it was published. Connectors that run it keep running it.
  ///
  /// - Returns: whether clients could see it.
  package mutating func revoke(_ version: ReleaseVersion, _ platform: ReleasePlatform, now: WallTime) throws(ReleaseProblem) -> Bool {
    var next = record
    if let published = next.published.firstIndex(where: { $0.isSame(version, platform) }) {
      next.revoked.append(next.published.remove(at: published))
      show(&next, now)
      try commit(next)
      return true
    }
    guard let signed = next.signed.firstIndex(where: { $0.isSame(version, platform) }) else {
      throw ReleaseProblem(.refused, "\(version) for \(platform) is not in the repository; see connector-lab release list")
    }
    next.signed.remove(at: signed)
    stage(&next, now)
    try commit(next)
    return false
  }

  /// Signs anew what has less of its life left than `RepositoryRole.leastLeft`, and what lists it.
  ///
  /// - Returns: the roles that were signed.
  package mutating func refresh(now: WallTime) throws(ReleaseProblem) -> [RepositoryRole] {
    let old = RepositoryRole.allCases.filter { role in
      record.roles[role].map { $0.current.expires - now < role.leastLeft } ?? false
    }
    guard !old.isEmpty else { return [] }
    var next = record
    if old.contains(.targets) { bump(.targets, &next, now) }
    if old.contains(.targets) || old.contains(.snapshot) { bump(.snapshot, &next, now) }
    if old != [.root] { bump(.timestamp, &next, now) }
    if old.contains(.root) { bump(.root, &next, now) }
    if next.staged != nil { stage(&next, now) }
    let before = record
    try commit(next)
    return RepositoryRole.allCases.filter { next.roles[$0] != before.roles[$0] }
  }

  /// New keys for a role. What the old keys signed last is signed by the new ones too, before the new root says so: clients can update at any moment.
  package mutating func rotate(_ role: RepositoryRole, now: WallTime) throws(ReleaseProblem) {
    var next = record
    let old = record.roles[role]?.keys ?? []
    next.roles[role]?.keys = try keys.make(role.keys.count, random)
    if role == .targets { bump(.targets, &next, now, also: old) }
    if role == .targets || role == .snapshot { bump(.snapshot, &next, now, also: role == .snapshot ? old : []) }
    if role != .root { bump(.timestamp, &next, now, also: role == .timestamp ? old : []) }
    bump(.root, &next, now, also: role == .root ? old : [])
    if next.staged != nil { stage(&next, now) }
    try commit(next)
  }

  private func bump(_ role: RepositoryRole, _ next: inout RepositoryRecord, _ now: WallTime, also old: [String] = []) {
    guard var state = next.roles[role] else { return }
    if role == .targets { next.lastTargets += 1 }
    state.current = SignedVersion(
      version: role == .targets ? next.lastTargets : state.current.version + 1, expires: Self.expiry(role, now), signedBy: state.keys + old)
    next.roles[role] = state
  }

  /// What is published changed.
  private func show(_ next: inout RepositoryRecord, _ now: WallTime) {
    for role in [RepositoryRole.targets, .snapshot, .timestamp] { bump(role, &next, now) }
    stage(&next, now)
  }

  /// What waits changed.
  private func stage(_ next: inout RepositoryRecord, _ now: WallTime) {
    guard !next.signed.isEmpty else {
      next.staged = nil
      return
    }
    next.lastTargets += 1
    next.staged = SignedVersion(version: next.lastTargets, expires: Self.expiry(.targets, now), signedBy: next.roles[.targets]?.keys ?? [])
  }

  private func inspect(_ bundle: String) throws(ReleaseProblem) -> InspectedBundle {
    do throws(SlotError) { return try BundleInspection.inspect(bundle, files: files) } catch {
      if case .files(let failure) = error, failure.kind == .notFound {
        throw ReleaseProblem(
          .input,
          "\(bundle): there is no such bundle; build it first with connector-lab release build. What is signed already stands in connector-lab release list"
        )
      }
      throw ReleaseProblem(.input, "\(bundle) is not signed, because no connector would install it: \(error)")
    }
  }

  /// Versions never go down.
  private func checkRises(_ entry: ReleaseEntry) throws(ReleaseProblem) {
    guard let highest = record.highest(entry.platform), entry.version <= highest else { return }
    throw ReleaseProblem(
      .refused,
      "\(entry.version) is not above \(highest), the highest version ever published for \(entry.platform); versions never go down. Build "
        + "\(highest.successor?.text ?? "a higher one") or higher")
  }

  private func take(_ bundle: String, _ entry: ReleaseEntry) throws(ReleaseProblem) {
    let path = "\(folder)/targets/\(entry.place)"
    let writer = try onDisk { () throws(FileError) in
      try files.makeDirectory("\(folder)/targets/releases/\(entry.version)", mode: 0o700)
      return try files.writer(to: path, mode: 0o644)
    }
    defer { writer.discard() }
    let copied = try BundleFile.read(bundle, files) { (piece) throws(ReleaseProblem) in
      try onDisk { () throws(FileError) in try writer.write(piece) }
    }
    guard copied.sha256 == entry.sha256 else { throw ReleaseProblem(.input, "\(bundle) changed while it was signed; sign it again") }
    try onDisk { () throws(FileError) in try writer.commit(step: "releases.bundle") }
  }

  private func checkBundle(_ entry: ReleaseEntry) throws(ReleaseProblem) {
    let path = "\(folder)/targets/\(entry.place)"
    guard try onDisk({ () throws(FileError) in try files.info(path) }) != nil, try BundleFile.read(path, files).sha256 == entry.sha256 else {
      throw ReleaseProblem(
        .damaged, "\(path) is missing or has changed since it was signed; it is not published. Revoke \(entry.version) and sign it again")
    }
  }
}
