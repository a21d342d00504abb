internal import Foundation
package import Releases
package import World

/// The four roles, in the order in which their files may become visible: each before what lists it, and a new root after everything that it vouches for.
package enum RepositoryRole: String, CaseIterable, Codable, Sendable, CodingKeyRepresentable {
  case targets, snapshot, timestamp, root

  /// How long a signature of it holds. Chosen for a lab that rests for weeks: what lists the rest is renewed often, the rest seldom.
  package var life: Duration {
    switch self {
    case .root, .targets: .seconds(365 * 86_400)
    case .snapshot: .seconds(60 * 86_400)
    case .timestamp: .seconds(30 * 86_400)
    }
  }

  /// How much of its life must be left, or it is signed anew when somebody looks. The timestamp is signed at nearly every look, once a day in a lab: only
  /// so do clients see that it stands still (T4).
  package var leastLeft: Duration { self == .timestamp ? life - .seconds(12 * 3_600) : life / 2 }

  /// Keys and how many of them must sign.
  package var keys: (count: Int, threshold: Int64) { self == .root ? (3, 2) : (1, 1) }
}

/// One signed version of a role.
package struct SignedVersion: Hashable, Codable, Sendable {
  package var version: Int64
  package var expires: WallTime
  /// Key ids. Right after a rotation the old keys are among them, so that it is good under the old root and under the new one.
  package var signedBy: [String]
}

/// A key set of a role and its current version.
package struct RoleRecord: Hashable, Codable, Sendable {
  /// Key ids.
  package var keys: [String]
  package var threshold: Int64
  package var current: SignedVersion
}

/// What the repository is: the one record that everything else of it follows from, given the keys. A command decides by writing this record; the metadata
/// is made from it and made again after a crash.
package struct RepositoryRecord: Hashable, Codable, Sendable {
  package internal(set) var format = 1
  package internal(set) var roles: [RepositoryRole: RoleRecord]
  /// Visible to clients.
  package internal(set) var published: [ReleaseEntry] = []
  /// In the repository and signed, in a version of the targets role that no snapshot lists yet.
  package internal(set) var signed: [ReleaseEntry] = []
  /// That version; nil when nothing waits.
  package internal(set) var staged: SignedVersion?
  /// The highest version of the targets role that was ever signed.
  package internal(set) var lastTargets: Int64
  /// The highest version ever published for each platform. Versions never go down.
  package internal(set) var highest: [String: ReleaseVersion] = [:]
  package internal(set) var revoked: [ReleaseEntry] = []

  /// Ids of all keys that this record needs.
  var keyIDs: Set<String> {
    var all = Set(staged?.signedBy ?? [])
    for role in roles.values { all.formUnion(role.keys + role.current.signedBy) }
    return all
  }

  /// Of those, the keys that sign the root, of which a threshold is enough.
  var rootKeyIDs: Set<String> { roles[.root].map { Set($0.keys + $0.current.signedBy) } ?? [] }

  func highest(_ platform: ReleasePlatform) -> ReleaseVersion? { highest[platform.description] }

  /// For `--version` left out: one more in the fourth number than the highest that is signed, was ever published, or runs.
  ///
  /// - Parameter running: what connectors were first installed with.
  package func next(_ platform: ReleasePlatform, above running: ReleaseVersion? = nil) -> ReleaseVersion? {
    let known = signed.filter { $0.platform == platform }.map(\.version) + [highest(platform), running].compactMap(\.self)
    return known.max().flatMap(\.successor)
  }

  var json: [UInt8] {
    get throws {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
      return Array(try encoder.encode(self)) + [10]
    }
  }

  init(roles: [RepositoryRole: RoleRecord]) {
    self.roles = roles
    lastTargets = roles[.targets]?.current.version ?? 1
  }

  init(json: [UInt8], at path: String) throws(ReleaseProblem) {
    let read: RepositoryRecord
    do { read = try JSONDecoder().decode(RepositoryRecord.self, from: Data(json)) } catch {
      throw Self.damage(path, "\(error)")
    }
    guard read.format == 1 else { throw Self.damage(path, "its format is \(read.format); this program knows 1") }
    if let missing = RepositoryRole.allCases.first(where: { read.roles[$0] == nil }) { throw Self.damage(path, "it has no role \(missing.rawValue)") }
    self = read
  }

  static func damage(_ path: String, _ problem: String) -> ReleaseProblem {
    ReleaseProblem(
      .damaged, "\(path) is damaged: \(problem). Restore it, or remove the folder it lies in to begin with new keys, which no connector trusts yet")
  }
}

extension ReleaseVersion {
  /// One more in the fourth number; nil when that is as high as it can be.
  package var successor: ReleaseVersion? {
    let numbers = text.split(separator: ".").compactMap { UInt32($0) }
    guard numbers.count == 4 else { return nil }
    return ReleaseVersion("\(numbers[0]).\(numbers[1]).\(numbers[2]).\(numbers[3] + 1)")
  }
}
