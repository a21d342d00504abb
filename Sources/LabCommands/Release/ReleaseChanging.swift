import ArgumentParser
import Foundation
import Lab
import LiveWorld
import ReleaseWorks
import Releases
import World

struct ReleasePublish: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "publish", abstract: "Make a signed release visible, or change who gets it.",
    discussion: """
      A lab that runs takes it up at once, and its connectors update as their schedule says; a lab that does not run takes it up when it starts.
      With --ring all everybody gets it at once, one connector at a time in a resource location. A share such as 25% gets it first and nobody beyond,
      until it is published again with a larger one. A ring's name (first, early, broad) opens the standard rings one after the other, up to that one.

      EXAMPLE
        connector-lab release publish --ring all
        connector-lab release publish 0.1.0.2 --ring 10%
        connector-lab release publish 0.1.0.2 --ring all
      """)

  @OptionGroup var folder: LabFolder
  @Argument(help: "The version (default: the newest that is signed).") var version: ReleaseVersion?
  @Option(help: ArgumentHelp("Who gets it: all, a ring's name, or a share such as 25%.", valueName: "ring")) var ring = ReleaseRing.all
  @Flag(help: "It is an emergency release: maintenance windows do not hold it up. Said when it is published first; it stays one.") var emergency =
    false
  @Flag(help: "One JSON object, for programs.") var json = false

  func run() async throws {
    try await reporting {
      let desk = ReleaseDesk(folder)
      let entry = try desk.change {
        try $0.publish(try version ?? Self.newest($0.record, desk), .current, ring: ring, isEmergency: emergency, now: desk.now)
      }
      let notice = await LabNotice.lines(desk.paths)
      if json { return Console.out(try ReleaseJSON.line(ReleaseRow(entry, "published"))) }
      Console.out("published \(entry.line)")
      Console.out("ring \(ring)\(entry.isEmergency ? ", as an emergency" : ""); target \(entry.target)")
      for line in notice { Console.out(line) }
    }
  }

  /// One that is published already counts too: it may be published further.
  private static func newest(_ record: RepositoryRecord, _ desk: ReleaseDesk) throws -> ReleaseVersion {
    guard let newest = (record.signed + record.published).filter({ $0.platform == .current }).map(\.version).max() else {
      throw LabError(.failed, "no release is signed in \(desk.paths.releases) for \(ReleasePlatform.current); begin with make release")
    }
    return newest
  }
}

struct ReleaseRevoke: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "revoke", abstract: "Take a release out of the repository; its version is not used again.",
    discussion: """
      Connectors that run it keep running it; publish a higher version for them.

      EXAMPLE
        connector-lab release revoke 0.1.0.2
      """)

  @OptionGroup var folder: LabFolder
  @Argument(help: "The version.") var version: ReleaseVersion

  func run() async throws {
    try await reporting {
      let desk = ReleaseDesk(folder)
      let wasVisible = try desk.change { try $0.revoke(version, .current, now: desk.now) }
      Console.out(
        wasVisible
          ? "revoked \(version): nobody gets it any more; connectors that run it keep it until they get a higher version"
          : "revoked \(version): it was signed and not published; nobody had seen it")
      if wasVisible { for line in await LabNotice.lines(desk.paths) { Console.out(line) } }
    }
  }
}

struct ReleaseRotate: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rotate", abstract: "New keys for a role; clients follow through the next root.",
    discussion: """
      EXAMPLE
        connector-lab release rotate timestamp
      """)

  @OptionGroup var folder: LabFolder
  @Argument(help: "root, targets, snapshot or timestamp.") var role: RepositoryRole

  func run() async throws {
    try await reporting {
      let desk = ReleaseDesk(folder)
      let root = try desk.change {
        try $0.rotate(role, now: desk.now)
        return $0.record.roles[.root]?.current.version ?? 0
      }
      Console.out("\(role.rawValue) has new keys, \(role.keys.count) of them, \(role.keys.threshold) must sign; root is at version \(root)")
    }
  }
}

struct ReleaseRefresh: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "refresh", abstract: "Sign anew what nears its end, and the timestamp once it is half a day old.",
    discussion: """
      EXAMPLE
        connector-lab release refresh
      """)

  @OptionGroup var folder: LabFolder

  func run() async throws {
    try await reporting {
      let desk = ReleaseDesk(folder)
      let (signed, record) = try desk.change { (try $0.refresh(now: desk.now), $0.record) }
      Console.out(signed.isEmpty ? "nothing is near its end" : "signed anew: " + signed.map(\.rawValue).joined(separator: ", "))
      for role in RepositoryRole.allCases {
        if let current = record.roles[role]?.current {
          Console.out("\(role.rawValue) \(current.version) holds until \(current.expires.iso8601(fraction: 0))")
        }
      }
    }
  }
}
