import World

/// Who vouches for what: T1, T2, T6, T10.
extension TrustCheckers {
  /// T1: every role has a threshold of signatures of the then trusted root's keys, or of its delegator's; an artifact gets its name only after length and digests of
  /// its bytes were those that such a role lists.
  static func verified(_ facts: [TrustFact], _ bounds: TrustBounds) -> Found {
    var found: Found = []
    var root: Int64?
    // Of this update.
    var used: [String: Int64] = [:]
    var listed: [String: TrustFact.Content] = [:]
    var checked: [String: TrustFact.Content] = [:]
    for (index, fact) in facts.enumerated() {
      switch fact.what {
      case .cycleBegan: used = [:]
      case .rootLoaded(let next), .rootAccepted(let next): root = next.version
      case .role(let role):
        if !role.signed.isEnough {
          found.append((index, "\(role.role) \(role.version) is believed with \(role.signed.valid) of \(role.signed.needed) signatures"))
        }
        let known = role.by == "root" ? root : used[role.by]
        if known != role.byVersion, known != nil || !bounds.isTorn {
          let now = known.map { "version \($0) is trusted" } ?? "none is trusted"
          found.append((index, "\(role.role) \(role.version) is believed by the keys of \(role.by) \(role.byVersion), while \(now)"))
        }
        if role.use != .kept { used[role.role] = role.version }
      case .targetFound(let target):
        if let role = target.role, used[role] != target.roleVersion, used[role] != nil || !bounds.isTorn {
          found.append((index, "\(target.path) is found in \(role), which was not believed in this update"))
        }
        listed[target.path] = target.content
      case .artifactVerified(let artifact):
        checked[artifact.path] = artifact.content
        guard let content = listed[artifact.path] else {
          if !bounds.isTorn { found.append((index, "\(artifact.path) is taken, and no metadata was found to list it")) }
          continue
        }
        if content.digests == nil || content.length == nil || !content.fits(artifact.content) {
          found.append((index, "\(artifact.path) is taken with another length or digest than is listed"))
        }
      case .artifactActivated(let artifact):
        guard let content = checked[artifact.path] else {
          if !bounds.isTorn { found.append((index, "\(artifact.path) gets its name and was not checked")) }
          continue
        }
        if content != artifact.content { found.append((index, "\(artifact.path) gets its name with other bytes than were checked")) }
      default: continue
      }
    }
    return found
  }

  /// T2: one root after the other, none left out, each signed by a threshold of its predecessor's keys and of its own; the one on disk never goes back.
  static func chained(_ facts: [TrustFact]) -> Found {
    var found: Found = []
    var trusted: Int64?
    for (index, fact) in facts.enumerated() {
      switch fact.what {
      case .rootLoaded(let root):
        if let trusted, root.version < trusted { found.append((index, "root \(root.version) lies on disk, where root \(trusted) was")) }
        if !root.own.isEnough { found.append((index, "root \(root.version) on disk is not signed by its own keys")) }
        trusted = root.version
      case .rootAccepted(let root):
        if let trusted, root.version != trusted + 1 { found.append((index, "root \(root.version) is accepted after root \(trusted)")) }
        if root.before?.isEnough != true { found.append((index, "root \(root.version) is not signed by enough keys of the root before it")) }
        if !root.own.isEnough { found.append((index, "root \(root.version) is not signed by enough of its own keys")) }
        trusted = root.version
      case .rootUsed(let version, _):
        if let trusted, version != trusted { found.append((index, "root \(version) is used, while root \(trusted) is trusted")) }
      default: continue
      }
    }
    return found
  }

  /// T6: snapshot and targets metadata are the very files that what stands above them lists.
  static func asListed(_ facts: [TrustFact]) -> Found {
    var found: Found = []
    var timestamp: TrustFact.Role?
    var snapshot: TrustFact.Role?
    for (index, fact) in facts.enumerated() {
      switch fact.what {
      case .cycleBegan: (timestamp, snapshot) = (nil, nil)
      case .role(let role) where role.use != .kept && role.role == "timestamp": timestamp = role
      case .role(let role) where role.use != .kept:
        let above = role.role == "snapshot" ? timestamp : snapshot
        if role.role == "snapshot" { snapshot = role }
        // What was before the trace, or more than a fact tells.
        guard let above else { continue }
        guard let listed = above.lists[role.role] else {
          if above.listsAll { found.append((index, "\(role.role) \(role.version) is used, and \(above.role) \(above.version) does not list it")) }
          continue
        }
        if listed.version != role.version {
          found.append((index, "\(role.role) \(role.version) is used, and \(above.role) \(above.version) lists version \(listed.version)"))
        } else if !listed.content.fits(role.content) {
          found.append((index, "\(role.role) \(role.version) has another length or digest than \(above.role) \(above.version) lists"))
        }
      default: continue
      }
    }
    return found
  }

  /// T10: signed metadata said that these bytes may run, and the cloud that this version shall.
  static func agreed(_ facts: [TrustFact], _ bounds: TrustBounds) -> Found {
    var found: Found = []
    var (listed, ordered): (Set<String>, Set<String>) = ([], [])
    for (index, fact) in facts.enumerated() {
      switch fact.what {
      case .targetFound(let target): if let digest = target.content.digests?["sha256"] { listed.insert(digest) }
      case .ordered(let version): ordered.insert(version)
      case .installed(let version, let digest) where !bounds.isTorn:
        if !listed.contains(digest) { found.append((index, "\(version) is installed, and signed metadata was not found to list its bytes")) }
        if !ordered.contains(version) { found.append((index, "\(version) is installed, and nobody ordered it")) }
      default: continue
      }
    }
    return found
  }
}
