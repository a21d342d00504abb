import World

/// What time does: T3, T4, T9.
extension TrustCheckers {
  /// T3: versions that were on disk do not go back, and what a snapshot listed it goes on listing, unless the keys that vouched for it were rotated in between:
  /// those of the timestamp or of the snapshot (TUF 5.3.11).
  static func neverBack(_ facts: [TrustFact]) -> Found {
    var found: Found = []
    var known: [String: (version: Int64, rotations: Int)] = [:]
    var listed: (role: TrustFact.Role, rotations: Int)?
    // How often the keys of timestamp or snapshot were rotated.
    var rotations = 0
    for (index, fact) in facts.enumerated() {
      switch fact.what {
      case .rootAccepted(let root): if root.rotated.contains("timestamp") || root.rotated.contains("snapshot") { rotations += 1 }
      case .role(let role):
        if let before = known[role.role], before.rotations == rotations, role.version < before.version {
          found.append((index, "\(role.role) goes back from version \(before.version) to \(role.version)"))
        }
        known[role.role] = (role.version, rotations)
        guard role.role == "snapshot" else { continue }
        if let listed, listed.rotations == rotations { found += forgotten(role, listed.role).map { (index, $0) } }
        listed = (role, rotations)
      default: continue
      }
    }
    return found
  }

  private static func forgotten(_ next: TrustFact.Role, _ before: TrustFact.Role) -> [String] {
    before.lists.sorted { $0.key < $1.key }.compactMap { name, old in
      guard let new = next.lists[name] else {
        return next.listsAll ? "snapshot \(next.version) no longer lists \(name)" : nil
      }
      return new.version < old.version ? "snapshot \(next.version) lists \(name) \(new.version), where it listed \(old.version)" : nil
    }
  }

  /// T4: nothing is used that had expired at the start of its update, and no update starts before a time that was kept.
  static func fresh(_ facts: [TrustFact]) -> Found {
    var found: Found = []
    var start: WallTime?
    var kept: WallTime?
    var hasRoot = false
    func stale(_ name: String, _ expires: WallTime) -> String? {
      guard let start, expires <= start else { return nil }
      return "\(name) is used in an update that began at \(start.iso8601(fraction: 0)), and had expired at \(expires.iso8601(fraction: 0))"
    }
    for (index, fact) in facts.enumerated() {
      switch fact.what {
      case .cycleBegan:
        (start, hasRoot) = (fact.at, false)
        if let kept, fact.at < kept { found.append((index, "the update begins before \(kept.iso8601(fraction: 0)), which was kept")) }
      case .rootUsed(let version, let expires):
        hasRoot = true
        if let what = stale("root \(version)", expires) { found.append((index, what)) }
      case .role(let role) where role.use != .kept:
        if start != nil, !hasRoot { found.append((index, "\(role.role) is used, and the root was not asked whether it has expired")) }
        if let what = stale("\(role.role) \(role.version)", role.expires) { found.append((index, what)) }
      case .timeKept(let time):
        if let kept, time < kept { found.append((index, "the time that is kept goes back from \(kept) to \(time)")) }
        kept = time
      case .timeLost: kept = nil
      default: continue
      }
    }
    return found
  }

  /// T9: whatever failed, the next update succeeds where everything works; and no failure takes the trusted root.
  static func recovers(_ facts: [TrustFact]) -> Found {
    var found: Found = []
    var (hasRoot, works) = (false, false)
    for (index, fact) in facts.enumerated() {
      switch fact.what {
      case .everythingWorks(let now): works = now
      case .rootLoaded: hasRoot = true
      case .cycleFailed(let kind, let subject):
        if works { found.append((index, "the update fails (\(kind), \(subject)) although everything works")) }
        if hasRoot, kind == "noTrustedRoot" { found.append((index, "there is no trusted root any more")) }
      case .searchFailed(let kind, let subject) where works && kind != "unknownTarget":
        found.append((index, "the search fails (\(kind), \(subject)) although everything works"))
      default: continue
      }
    }
    return found
  }

  /// T4: where no newer timestamp came for F, it is told within one poll. One word for each time that it lasts.
  static func freezeTold(_ facts: [TrustFact], _ bounds: TrustBounds) -> Found {
    var found: Found = []
    var due: WallTime?
    var isTold = false
    for (index, fact) in facts.enumerated() {
      if let time = due, fact.at > time {
        found.append((index, "no newer timestamp came for \(Int(bounds.freezeAfter.inSeconds)) s, and nobody was told until \(time)"))
        (due, isTold) = (nil, true)
      }
      switch fact.what {
      case .looked(let stale, let isFresh):
        if isFresh || stale < bounds.freezeAfter { (due, isTold) = (nil, false) } else if due == nil, !isTold { due = fact.at + bounds.pollEvery }
      case .freezeSuspected: (due, isTold) = (nil, true)
      default: continue
      }
    }
    return found
  }
}
