import Foundation
import ReleaseWorks
import Releases
import World

/// The programs of this build, packed as a release.
struct BuiltRelease: Hashable, Sendable, Codable {
  /// A program as it was when it was packed.
  struct Source: Hashable, Sendable, Codable {
    var path: String
    /// Bytes.
    var size: Int64
    /// Nanoseconds since 1970.
    var changed: Int64
  }

  var version: ReleaseVersion
  var slot: SlotName
  /// The bundle's path.
  var bundle: String
  var sha256: ContentDigest
  var length: Int64
  /// The SHA-256 of each program, by its path in the release.
  var programs: [String: String]
  var sources: [Source]
}

/// Packs the programs once; as long as they are the same, what was packed is used again.
struct ReleasePacker {
  let files: any Files
  /// The program that is started; others of the release lie beside it.
  let daemon: String
  /// What is made is kept there.
  let folder: String
  /// Without it the programs keep their symbols for debuggers.
  var strip = ["/usr/bin/strip", "/usr/local/bin/strip"].first { FileManager.default.isExecutableFile(atPath: $0) }

  private static let names = ["connectord", "connectorctl"]
  private var record: String { "\(folder)/built.json" }

  /// What was packed of the programs as they are now; nil when that must be done.
  func packed() -> BuiltRelease? {
    guard let bytes = try? files.read(record), let built = try? JSONDecoder().decode(BuiltRelease.self, from: Data(bytes)),
      built.sources == sources(), built.version == version, (try? files.info(built.bundle))?.map(\.size) == built.length
    else { return nil }
    return built
  }

  func pack() async throws -> BuiltRelease {
    let sources = sources()
    let programs = "\(folder)/programs"
    try files.removeTree(programs)
    try files.makeDirectory("\(programs)/bin", mode: 0o700)
    for source in sources { try await copy(source.path, to: "\(programs)/bin/\(source.path.split(separator: "/").last ?? "")") }
    try Task.checkCancellation()
    let bootstrapper = ReleaseVersion(ConnectorVersion.bootstrapper) ?? version
    let made = try await working { [files, folder, version] in
      try BundleMaker(files: files).make(.init(version: version, bootstrapper: bootstrapper, folder: programs), into: folder)
    }
    try files.removeTree(programs)
    let built = BuiltRelease(
      version: version, slot: made.slot, bundle: made.path, sha256: made.sha256, length: made.length,
      programs: Dictionary(
        uniqueKeysWithValues: made.manifest.files.filter { $0.path.hasPrefix("bin/") }.map { ($0.path, $0.sha256.text) }), sources: sources)
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes, .prettyPrinted]
    try files.replace(record, with: Array(try encoder.encode(built)) + [10], mode: 0o600, step: "lab.built-release")
    return built
  }

  private var version: ReleaseVersion { ReleaseVersion(ConnectorVersion.connector) ?? ReleaseVersion(0, 1, 0, 1) }

  private func sources() -> [BuiltRelease.Source] {
    let beside = URL(filePath: daemon).deletingLastPathComponent().path
    let paths = [daemon] + Self.names.map { "\(beside)/\($0)" }.filter { $0 != daemon }
    return paths.compactMap { path in
      let whole = URL(filePath: path).resolvingSymlinksInPath().path
      guard let known = try? FileManager.default.attributesOfItem(atPath: whole), let size = known[.size] as? NSNumber,
        let date = known[.modificationDate] as? Date
      else { return nil }
      let changed = Int64((date.timeIntervalSince1970 * 1_000_000_000).rounded())
      return BuiltRelease.Source(path: path, size: size.int64Value, changed: changed)
    }
  }

  private func copy(_ program: String, to path: String) async throws {
    try Task.checkCancellation()
    if let strip {
      let child = try ChildProcess(program: strip, arguments: ["-o", path, program], logFile: "/dev/null")
      let end = await withTaskCancellationHandler {
        await child.waitForEnd()
      } onCancel: {
        child.send(9)
      }
      if end.code == 0 { return }
      try Task.checkCancellation()
    }
    try? FileManager.default.removeItem(atPath: path)
    try FileManager.default.copyItem(atPath: program, toPath: path)
  }
}
