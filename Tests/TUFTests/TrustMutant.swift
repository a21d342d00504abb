import Testing
import TrustCheckers
import World

/// A trace that a client would leave that breaks one rule: made from a good one.
struct TrustMutant: CustomTestStringConvertible, Sendable {
  var breaks: TrustInvariant
  var name: String
  var change: @Sendable ([TrustFact]) -> [TrustFact]

  var testDescription: String { "\(breaks.rawValue): \(name)" }

  static let all: [TrustMutant] = vouching + time + rest

  /// Changes the last fact for which `edit` makes another.
  static func last(_ edit: @escaping @Sendable (TrustFact.What) -> TrustFact.What?) -> @Sendable ([TrustFact]) -> [TrustFact] {
    { facts in
      var facts = facts
      for index in facts.indices.reversed() {
        guard let what = edit(facts[index].what) else { continue }
        facts[index].what = what
        break
      }
      return facts
    }
  }

  static func role(_ name: String, _ use: TrustFact.Role.Use? = nil, _ edit: @escaping @Sendable (inout TrustFact.Role) -> Void)
    -> @Sendable ([TrustFact]) -> [TrustFact]
  {
    last { what in
      guard case .role(var role) = what, role.role == name, use == nil || role.use == use else { return nil }
      edit(&role)
      return .role(role)
    }
  }

  static func root(_ edit: @escaping @Sendable (inout TrustFact.Root) -> Void) -> @Sendable ([TrustFact]) -> [TrustFact] {
    last { what in
      guard case .rootAccepted(var root) = what else { return nil }
      edit(&root)
      return .rootAccepted(root)
    }
  }

  static func without(_ drop: @escaping @Sendable (TrustFact.What) -> Bool) -> @Sendable ([TrustFact]) -> [TrustFact] {
    { facts in facts.filter { !drop($0.what) } }
  }

  private static let vouching: [TrustMutant] = [
    TrustMutant(breaks: .t1, name: "targets with one signature too few", change: role("targets") { $0.signed.needed = 2 }),
    TrustMutant(breaks: .t1, name: "a threshold of none", change: role("A") { $0.signed = TrustFact.Signed(valid: 0, needed: 0) }),
    TrustMutant(breaks: .t1, name: "a snapshot by the keys of the root before", change: role("snapshot", .accepted) { $0.byVersion -= 1 }),
    TrustMutant(breaks: .t1, name: "a delegated role whose delegator was not believed", change: role("A") { $0.byVersion = 9 }),
    TrustMutant(
      breaks: .t1, name: "an artifact of other bytes",
      change: last { what in
        guard case .artifactVerified(var target) = what else { return nil }
        target.content.digests = ["sha256": String(repeating: "0", count: 64)]
        return .artifactVerified(target)
      }),
    TrustMutant(
      breaks: .t1, name: "an artifact of another length",
      change: last { what in
        guard case .artifactVerified(var target) = what else { return nil }
        target.content.length = 4
        return .artifactVerified(target)
      }),
    TrustMutant(breaks: .t1, name: "an artifact that was not checked", change: without { if case .artifactVerified = $0 { true } else { false } }),
    TrustMutant(breaks: .t1, name: "an artifact that nothing lists", change: without { if case .targetFound = $0 { true } else { false } }),
    TrustMutant(breaks: .t2, name: "a root without the old keys", change: root { $0.before = TrustFact.Signed(valid: 0, needed: 1) }),
    TrustMutant(breaks: .t2, name: "a root without its own keys", change: root { $0.own.valid = 0 }),
    TrustMutant(breaks: .t2, name: "a root that skips one", change: root { $0.version += 1 }),
    TrustMutant(
      breaks: .t2, name: "a root on disk that goes back",
      change: last { what in
        guard case .rootLoaded(var root) = what else { return nil }
        root.version = 0
        return .rootLoaded(root)
      }),
    TrustMutant(
      breaks: .t6, name: "another snapshot than the timestamp lists", change: role("snapshot", .accepted) { $0.content.digests = ["sha256": "00"] }),
    TrustMutant(breaks: .t6, name: "targets of another version than the snapshot lists", change: role("targets", .accepted) { $0.version += 1 }),
    TrustMutant(breaks: .t6, name: "targets of another length", change: role("targets", .accepted) { $0.content.length? += 1 }),
    TrustMutant(breaks: .t6, name: "a role that the snapshot does not list", change: role("snapshot", .accepted) { $0.lists["targets"] = nil }),
    TrustMutant(breaks: .t10, name: "an installation of other bytes", change: last(installed(sha256: "00"))),
    TrustMutant(breaks: .t10, name: "an installation that nobody ordered", change: without { if case .ordered = $0 { true } else { false } }),
    TrustMutant(breaks: .t10, name: "an installation of what was never found", change: without { if case .targetFound = $0 { true } else { false } }),
  ]

  private static func installed(sha256: String) -> @Sendable (TrustFact.What) -> TrustFact.What? {
    { what in if case .installed(let version, _) = what { .installed(version: version, sha256: sha256) } else { nil } }
  }

  private static let time: [TrustMutant] = [
    TrustMutant(breaks: .t3, name: "versions that go back without a rotation", change: root { $0.rotated = [] }),
    TrustMutant(breaks: .t3, name: "versions that go back where only the targets' keys were rotated", change: root { $0.rotated = ["targets"] }),
    TrustMutant(breaks: .t3, name: "versions that go back where only the root's keys were rotated", change: root { $0.rotated = ["root"] }),
    TrustMutant(
      breaks: .t3, name: "a snapshot that forgets a role",
      change: { facts in
        for fact in facts.reversed() {
          guard case .role(var next) = fact.what, next.role == "snapshot", next.use == .accepted else { continue }
          next.version += 1
          next.lists["A"] = nil
          return facts + [TrustFact(.role(next), at: fact.at)]
        }
        return facts
      }),
    TrustMutant(breaks: .t4, name: "expired targets", change: role("targets") { $0.expires = Scene.start }),
    TrustMutant(breaks: .t4, name: "a timestamp that expires just then", change: role("timestamp") { $0.expires = Scene.start + .seconds(60) }),
    TrustMutant(
      breaks: .t4, name: "an expired root",
      change: last { what in if case .rootUsed(let version, _) = what { .rootUsed(version: version, expires: Scene.start) } else { nil } }),
    TrustMutant(breaks: .t4, name: "a root that is not asked", change: without { if case .rootUsed = $0 { true } else { false } }),
    TrustMutant(
      breaks: .t4, name: "a time that is kept and goes back",
      change: last { what in if case .timeKept = what { .timeKept(Scene.start + .seconds(-1)) } else { nil } }),
    TrustMutant(
      breaks: .t4, name: "an update that begins before a kept time",
      change: { facts in
        var facts = facts
        if let index = facts.lastIndex(where: { if case .cycleBegan = $0.what { true } else { false } }) {
          facts[index].at = Scene.start + .seconds(-1)
        }
        return facts
      }),
  ]

  private static let rest: [TrustMutant] = [
    TrustMutant(breaks: .t5, name: "more bytes than the limit", change: last(read { $0.bytes = $0.limit + 1 })),
    TrustMutant(breaks: .t5, name: "a limit above what is listed", change: last(read { $0.listed = $0.limit - 1 })),
    TrustMutant(breaks: .t5, name: "a limit above the setting", change: last(read { $0.limit = $0.setting + 1 })),
    TrustMutant(breaks: .t5, name: "too many roots", change: limits { $0.rootSteps = 0 }),
    TrustMutant(breaks: .t5, name: "too many delegations", change: limits { $0.delegations = 0 }),
    TrustMutant(
      breaks: .t9, name: "a good repository that is refused",
      change: last { what in if case .cycleEnded = what { .cycleFailed(kind: "wrongVersion", subject: "targets") } else { nil } }),
    TrustMutant(
      breaks: .t9, name: "a root that is lost",
      change: { facts in
        [TrustFact(.everythingWorks(false), at: Scene.start)] + facts.filter { $0.what != .everythingWorks(true) }
          + [TrustFact(.cycleFailed(kind: "noTrustedRoot", subject: "root"), at: Scene.start)]
      }),
  ]

  private static func read(_ edit: @escaping @Sendable (inout TrustFact.Read) -> Void) -> @Sendable (TrustFact.What) -> TrustFact.What? {
    { what in
      guard case .read(var read) = what else { return nil }
      edit(&read)
      return .read(read)
    }
  }

  private static func limits(_ edit: @escaping @Sendable (inout TrustFact.Limits) -> Void) -> @Sendable ([TrustFact]) -> [TrustFact] {
    { facts in
      facts.map { fact in
        guard case .cycleBegan(var limits) = fact.what else { return fact }
        edit(&limits)
        return TrustFact(.cycleBegan(limits), at: fact.at)
      }
    }
  }
}
