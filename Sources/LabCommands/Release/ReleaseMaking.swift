import ArgumentParser
import Foundation
import Lab
import LiveWorld
import ReleaseWorks
import Releases
import World

struct ReleaseBuild: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "build", abstract: "Pack a folder as a release, unsigned, into the lab's folder of unsigned releases.",
    discussion: """
      The default configuration is what every update resets a connector's defaults to: the fields of connectord's configuration except those that belong
      to a machine. One with a problem is refused, with line and field.
      The same files give the same bytes. The folder holds bin/connectord and whatever else belongs to the release; links are refused.

      EXAMPLE
        connector-lab release build --from DIR --version 0.1.0.2 --floor 0.1.0.1
        connector-lab release build --from DIR --configuration config/defaults.yaml
      """)

  @OptionGroup var folder: LabFolder
  @Option(help: ArgumentHelp("Its version, four numbers (default: the highest one known plus one in the fourth number).", valueName: "version"))
  var version: ReleaseVersion?
  @Option(help: ArgumentHelp("Its bootstrapper's version, counted on its own (default: this program's).", valueName: "version"))
  var bootstrapper: ReleaseVersion?
  @Option(help: ArgumentHelp("The folder with its files.", valueName: "dir")) var from: String
  @Option(help: ArgumentHelp("A version that an older connector must run first; may be given several times.", valueName: "version"))
  var floor: [ReleaseVersion] = []
  @Option(help: ArgumentHelp("Its default configuration (default: DIR/etc/defaults.yaml, else one that sets nothing).", valueName: "file"))
  var configuration: String?
  @Option(help: ArgumentHelp("What is started.", valueName: "path")) var program = BundleMaker.defaultProgram
  @Flag(help: "One JSON object, for programs.") var json = false

  func run() async throws {
    try await reporting {
      let desk = ReleaseDesk(folder)
      try ReleaseDefaults.check(configuration, from: from, desk.files)
      let built = try desk.locked {
        var order = BundleMaker.Order(
          version: try version ?? Self.next(desk),
          bootstrapper: bootstrapper ?? ReleaseVersion(ConnectorVersion.bootstrapper) ?? ReleaseVersion(0, 1, 0, 1),
          folder: DiskPath.absolute(from))
        order.floors = floor
        order.program = program
        order.configuration = configuration.map { DiskPath.absolute($0) }
        return try BundleMaker(files: desk.files).make(order, into: desk.work)
      }
      let entry = ReleaseEntry(built.manifest, digest: built.manifestDigest, sha256: built.sha256, length: built.length)
      if json { return Console.out(try ReleaseJSON.line(ReleaseRow(entry, "built", bundle: built.path))) }
      Console.out("built \(entry.line)")
      Console.out(built.path)
    }
  }

  private static func next(_ desk: ReleaseDesk) throws -> ReleaseVersion {
    // Above what `up` installs as the first release, too.
    let built = ReleaseVersion(ConnectorVersion.connector)
    return try desk.record()?.next(.current, above: built) ?? built?.successor ?? ReleaseVersion(0, 1, 0, 2)
  }
}

struct ReleaseSign: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sign", abstract: "Take a built release into the repository and sign it; nobody sees it yet.",
    discussion: """
      EXAMPLE
        connector-lab release sign 0.1.0.2
      """)

  @OptionGroup var folder: LabFolder
  @Argument(help: "The version (default: the highest one that is built).") var version: ReleaseVersion?
  @Option(help: ArgumentHelp("A bundle that lies somewhere else than among the lab's unsigned releases.", valueName: "file")) var bundle: String?

  func run() async throws {
    try await reporting {
      let desk = ReleaseDesk(folder)
      let path = try bundle.map { DiskPath.absolute($0) } ?? "\(desk.work)/\(BundleFile.name(try version ?? Self.newest(desk), .current))"
      let entry = try desk.change { repository in
        let entry = try repository.sign(path, now: desk.now)
        // The repository has it now.
        if path.hasPrefix(desk.work + "/") { desk.forget(entry) }
        return entry
      }
      Console.out("signed \(entry.line)")
      Console.out("nobody sees it yet; connector-lab release publish \(entry.version)")
    }
  }

  private static func newest(_ desk: ReleaseDesk) throws -> ReleaseVersion {
    let names = (try? desk.files.list(desk.work)) ?? []
    let versions = names.compactMap { name in
      ReleaseVersion(String(name.split(separator: "-").dropFirst().first ?? "")).flatMap { BundleFile.name($0, .current) == name ? $0 : nil }
    }
    guard let newest = versions.max() else {
      throw LabError(.noInput, "nothing is built in \(desk.work) for \(ReleasePlatform.current); begin with connector-lab release build --from DIR")
    }
    return newest
  }
}
