package import World

/// One thing that a client of signed metadata did, as the code that did it counted it, so that a test, a simulation and a live log carry the same record and
/// the same checkers read them.
package struct TrustFact: Hashable, Sendable, Codable {
  package enum What: Hashable, Sendable, Codable {
    /// An update begins: its fixed start time is `at`.
    case cycleBegan(Limits)
    /// The trusted root as it lay on disk.
    case rootLoaded(Root)
    /// The next root: believed and on disk.
    case rootAccepted(Root)
    /// The last root of the chain, on which everything else of this update rests.
    case rootUsed(version: Int64, expires: WallTime)
    case role(Role)
    case read(Read)
    /// A target is looked for; the delegated roles asked for it follow.
    case searchBegan(path: String)
    case delegationAsked(role: String)
    case targetFound(Target)
    /// Length and digests of an artifact's bytes, counted from them; they have the listed ones.
    case artifactVerified(Target)
    /// The artifact got its name.
    case artifactActivated(Target)
    /// Root, timestamp, snapshot and targets are up to date.
    case cycleEnded
    /// `kind` is the refusal's; `subject` what it is about.
    case cycleFailed(kind: String, subject: String)
    case searchFailed(kind: String, subject: String)
    /// The latest time at which an update succeeded is on disk. No update begins before it any more.
    case timeKept(WallTime)
    /// What was known of that time could not be read, and begins anew.
    case timeLost
    /// Somebody looked whether the repository still issues timestamps: for how long there was no newer one, and whether there was one now.
    case looked(stale: Duration, isFresh: Bool)
    /// It was told that the repository may be held still.
    case freezeSuspected
    /// The cloud ordered this version.
    case ordered(version: String)
    /// A bundle of this version and with this SHA-256 was installed.
    case installed(version: String, sha256: String)
    /// Repository, network, disk and clock are good from now on, or no longer. Whoever made the run knows; nobody knows it of a live one.
    case everythingWorks(Bool)
  }

  /// The start time of the update that it belongs to, or when it happened.
  package var at: WallTime
  package var what: What

  package init(_ what: What, at: WallTime) { (self.at, self.what) = (at, what) }
}

extension TrustFact {
  /// What bounds an update, by the settings.
  package struct Limits: Hashable, Sendable, Codable {
    package var rootSteps: Int
    package var delegations: Int

    package init(rootSteps: Int, delegations: Int) { (self.rootSteps, self.delegations) = (rootSteps, delegations) }
  }

  /// Valid signatures of different keys, counted until there were enough, and how many are needed.
  package struct Signed: Hashable, Sendable, Codable {
    package var valid: Int
    package var needed: Int64

    package init(valid: Int, needed: Int64) { (self.valid, self.needed) = (valid, needed) }
    var isEnough: Bool { needed >= 1 && Int64(valid) >= needed }
  }

  package struct Root: Hashable, Sendable, Codable {
    package var version: Int64
    package var expires: WallTime
    /// By its own keys.
    package var own: Signed
    /// By the keys of the root before it; nil of the one on disk.
    package var before: Signed?
    /// Roles whose keys it takes away, or of which it wants more than the root before it did.
    package var rotated: [String]

    package init(version: Int64, expires: WallTime, own: Signed, before: Signed? = nil, rotated: [String] = []) {
      (self.version, self.expires, self.own, self.before, self.rotated) = (version, expires, own, before, rotated)
    }
  }

  /// What metadata lists of a file, or what the file is.
  package struct Content: Hashable, Sendable, Codable {
    package var length: Int64?
    /// By algorithm, lower-case hexadecimal; nil where none are listed.
    package var digests: [String: String]?

    package init(length: Int64?, digests: [String: String]?) { (self.length, self.digests) = (length, digests) }

    /// Whether a file that is `actual` is the one that is listed: by its length, and by every digest that both have. Where digests are listed it must have one of them.
    func fits(_ actual: Content) -> Bool {
      if let length, actual.length != length { return false }
      guard let digests else { return true }
      let both = digests.filter { actual.digests?[$0.key] != nil }
      return !both.isEmpty && both.allSatisfy { actual.digests?[$0.key] == $0.value }
    }
  }

  package struct Listed: Hashable, Sendable, Codable {
    package var version: Int64
    package var content: Content

    package init(version: Int64, content: Content) { (self.version, self.content) = (version, content) }
  }

  /// Timestamp, snapshot, targets or a delegated role, believed.
  package struct Role: Hashable, Sendable, Codable {
    package enum Use: String, Hashable, Sendable, Codable {
      /// From disk, only to tell what must not go back; it may have expired.
      case kept
      /// From disk, and current.
      case used
      /// From the repository, current, and on disk now.
      case accepted
    }
    package var role: String
    package var version: Int64
    package var expires: WallTime
    package var use: Use
    package var signed: Signed
    /// Whose keys vouch for it, and that one's version.
    package var by: String
    package var byVersion: Int64
    /// Of its bytes.
    package var content: Content
    /// What it lists, of a timestamp and a snapshot, as far as `listsAll` says.
    package var lists: [String: Listed]
    package var listsAll: Bool

    package init(
      _ role: String, version: Int64, expires: WallTime, use: Use, signed: Signed, by: String, byVersion: Int64, content: Content,
      lists: [String: Listed] = [:], listsAll: Bool = true
    ) {
      (self.role, self.version, self.expires, self.use, self.signed) = (role, version, expires, use, signed)
      (self.by, self.byVersion, self.content, self.lists, self.listsAll) = (by, byVersion, content, lists, listsAll)
    }
  }

  package struct Read: Hashable, Sendable, Codable {
    package var subject: String
    package var bytes: Int64
    /// At which it would have been ended.
    package var limit: Int64
    /// The length that metadata lists for it; nil where none does.
    package var listed: Int64?
    /// The limit by the settings.
    package var setting: Int64

    package init(_ subject: String, bytes: Int64, limit: Int64, listed: Int64?, setting: Int64) {
      (self.subject, self.bytes, self.limit, self.listed, self.setting) = (subject, bytes, limit, listed, setting)
    }
  }

  package struct Target: Hashable, Sendable, Codable {
    package var path: String
    /// Which role lists it, and that one's version; nil where that does not matter any more.
    package var role: String?
    package var roleVersion: Int64?
    package var content: Content

    package init(_ path: String, role: String? = nil, roleVersion: Int64? = nil, content: Content) {
      (self.path, self.role, self.roleVersion, self.content) = (path, role, roleVersion, content)
    }
  }
}
