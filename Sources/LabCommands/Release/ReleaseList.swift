import ArgumentParser
import Foundation
import Lab
import LiveWorld
import ReleaseWorks
import Releases
import World

struct ReleaseList: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "Show the releases of the lab, newest first.",
    discussion: """
      EXAMPLE
        connector-lab release list --json
      """)

  @OptionGroup var folder: LabFolder
  @Flag(help: "One JSON object, for programs.") var json = false

  func run() async throws {
    try await reporting {
      let desk = ReleaseDesk(folder)
      let record = try desk.record()
      let rows = Self.rows(record)
      if json {
        return Console.out(try ReleaseJSON.line(ReleaseListing(folder: desk.paths.releases, releases: rows, roles: ReleaseListing.roles(record))))
      }
      if rows.isEmpty { return Console.out("no release is signed in \(desk.paths.releases); begin with connector-lab release build --from DIR") }
      let head = ["VERSION", "STATE", "RING", "EMERGENCY", "PLATFORM", "FLOORS", "BYTES", "SHA-256"]
      let body = rows.map { row in
        [
          row.version.text, row.state, row.ring?.description ?? "", row.isEmergency ? "yes" : "", row.platform.description,
          row.floors.map(\.text).joined(separator: " "), String(row.length), row.sha256.short,
        ]
      }
      for line in Columns.aligned([head] + body) { Console.out(line) }
    }
  }

  private static func rows(_ record: RepositoryRecord?) -> [ReleaseRow] {
    guard let record else { return [] }
    let all =
      record.published.map { ReleaseRow($0, "published") } + record.signed.map { ReleaseRow($0, "signed") }
      + record.revoked.map { ReleaseRow($0, "revoked") }
    return all.sorted { ($0.version, $0.platform.description) > ($1.version, $1.platform.description) }
  }
}

/// One release as `--json` shows it: stable.
struct ReleaseRow: Encodable {
  var version: ReleaseVersion
  /// `built`, `signed`, `published` or `revoked`.
  var state: String
  var platform: ReleasePlatform
  var bootstrapper: ReleaseVersion
  var floors: [ReleaseVersion]
  var ring: ReleaseRing?
  var isEmergency: Bool
  var length: Int64
  var sha256: ContentDigest
  var target: String
  /// Where a built one lies.
  var bundle: String?

  init(_ entry: ReleaseEntry, _ state: String, bundle: String? = nil) {
    version = entry.version
    self.state = state
    platform = entry.platform
    bootstrapper = entry.bootstrapper
    floors = entry.floors
    ring = entry.ring
    isEmergency = entry.isEmergency
    length = entry.length
    sha256 = entry.sha256
    target = entry.target
    self.bundle = bundle
  }
}

/// The answer of `list --json`: stable.
struct ReleaseListing: Encodable {
  struct Role: Encodable {
    var version: Int64
    var expires: WallTime
    var keys: Int
    var threshold: Int64
  }

  /// The repository's folder.
  var folder: String
  var releases: [ReleaseRow]
  var roles: [String: Role]

  static func roles(_ record: RepositoryRecord?) -> [String: Role] {
    var all: [String: Role] = [:]
    for (role, state) in record?.roles ?? [:] {
      all[role.rawValue] = Role(
        version: state.current.version, expires: state.current.expires, keys: state.keys.count, threshold: state.threshold)
    }
    return all
  }
}

enum ReleaseJSON {
  static func line(_ value: some Encodable) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(value), as: UTF8.self)
  }
}
