internal import ArchiveLib
package import Releases
package import World

/// Packs a folder as a release: `tar.zst` with the manifest as its first entry, files in the order of their names, without times and owners, so that the
/// same files give the same bytes (with the same version of libzstd).
package struct BundleMaker: Sendable {
  /// Where the default configuration lies in a release.
  package static let configurationPath = "etc/defaults.yaml"
  package static let defaultProgram = "bin/connectord"
  /// Of a release that brings no configuration of its own.
  package static let noSettings = "# This release sets nothing: every setting has its default.\n{}\n"

  /// What goes into a release.
  package struct Order: Sendable {
    package var version: ReleaseVersion
    package var bootstrapper: ReleaseVersion
    package var platform = ReleasePlatform.current
    /// Versions that a connector below them must run first.
    package var floors: [ReleaseVersion] = []
    package var program = BundleMaker.defaultProgram
    /// All files below it become the release's; what its owner may execute is executable there.
    package var folder: String
    /// Becomes `etc/defaults.yaml`; nil when the folder has that file, or for a configuration that sets nothing.
    package var configuration: String?

    package init(version: ReleaseVersion, bootstrapper: ReleaseVersion, folder: String) {
      self.version = version
      self.bootstrapper = bootstrapper
      self.folder = folder
    }
  }

  package struct Built: Hashable, Sendable {
    package var manifest: ReleaseManifest
    package var manifestDigest: ContentDigest
    /// What it is called where it is installed.
    package var slot: SlotName
    /// Of the bundle; its manifest lies beside it.
    package var path: String
    package var length: Int64
    package var sha256: ContentDigest
  }

  private let files: any Files

  package init(files: any Files) { self.files = files }

  /// Writes bundle and manifest into `work`, each whole or not at all; what an earlier call of the same version left there is replaced.
  package func make(_ order: Order, into work: String) throws(ReleaseProblem) -> Built {
    let sources = try sources(order)
    let manifest = try manifest(order, sources)
    try onDisk { () throws(FileError) in try files.makeDirectory(work, mode: 0o700) }
    let path = "\(work)/\(BundleFile.name(order.version, order.platform))"
    try pack(manifest, sources, to: path)
    try onDisk { () throws(FileError) in
      try files.replace(
        "\(work)/\(BundleFile.manifestName(order.version, order.platform))", with: manifest.json, mode: 0o644, step: "releases.work-manifest")
    }
    let whole = try BundleFile.read(path, files)
    let digest = try BundleFile.digest(manifest.json)
    let slot = SlotName(manifest.version, digest)
    return Built(manifest: manifest, manifestDigest: digest, slot: slot, path: path, length: whole.length, sha256: whole.sha256)
  }

  /// By path in the release.
  private func sources(_ order: Order) throws(ReleaseProblem) -> [String: BundleSourceFile] {
    var found: [String: BundleSourceFile] = [:]
    try walk(order.folder, "", &found)
    if let configuration = order.configuration {
      guard found[Self.configurationPath] == nil else {
        throw ReleaseProblem(
          .input, "\(order.folder) has \(Self.configurationPath) already; leave it out there, or do not name another configuration")
      }
      guard let info = try? files.info(configuration), !info.isDirectory, !info.isLink else {
        throw ReleaseProblem(.input, "\(configuration): no such file; expected the release's default configuration")
      }
      found[Self.configurationPath] = BundleSourceFile(place: .path(configuration), mode: 0o644)
    }
    if found[Self.configurationPath] == nil {
      found[Self.configurationPath] = BundleSourceFile(place: .bytes(Array(Self.noSettings.utf8)), mode: 0o644)
    }
    return found
  }

  private func walk(_ folder: String, _ prefix: String, _ found: inout [String: BundleSourceFile]) throws(ReleaseProblem) {
    let names = try list(folder)
    for name in names {
      let (path, place) = (prefix + name, "\(folder)/\(name)")
      // A folder may have a name that a file may not end in, but no part of a path may be one that is refused.
      if let problem = ReleasePath.problem(path) { throw ReleaseProblem(.input, "\(place) cannot be in a release: \(problem)") }
      guard let info = try onDisk({ () throws(FileError) in try files.info(place) }) else { continue }
      guard !info.isLink else { throw ReleaseProblem(.input, "\(place) is a link, which a release cannot hold; put the file itself there") }
      if info.isDirectory {
        try walk(place, path + "/", &found)
      } else {
        found[path] = BundleSourceFile(place: .path(place), mode: info.mode & 0o100 == 0 ? 0o644 : 0o755)
      }
    }
  }

  private func list(_ folder: String) throws(ReleaseProblem) -> [String] {
    do throws(FileError) { return try files.list(folder) } catch {
      throw ReleaseProblem(.input, "the folder with the release's files cannot be read: \(error)")
    }
  }

  private func manifest(_ order: Order, _ sources: [String: BundleSourceFile]) throws(ReleaseProblem) -> ReleaseManifest {
    var listed: [ReleaseManifest.File] = []
    for (path, source) in sources.sorted(by: { $0.key < $1.key }) {
      let read = try source.read(files)
      listed.append(.init(path: path, sha256: read.sha256, length: read.length, mode: source.mode))
    }
    let manifest = ReleaseManifest(
      version: order.version, bootstrapper: order.bootstrapper, platform: order.platform, floors: order.floors.sorted(), program: order.program,
      defaultConfiguration: Self.configurationPath, files: listed)
    // One place knows what a manifest may say: the parser that connectors use.
    do throws(ManifestError) { return try ReleaseManifest(parsing: manifest.json) } catch {
      throw ReleaseProblem(.input, "\(order.folder) does not make a release: \(error)")
    }
  }

  private func pack(_ manifest: ReleaseManifest, _ sources: [String: BundleSourceFile], to path: String) throws(ReleaseProblem) {
    let writer = try onDisk { () throws(FileError) in try files.writer(to: path, mode: 0o644) }
    defer { writer.discard() }
    let archive = try packing(path) { () throws(ArchiveError) in try TarZstdWriter(writer) }
    try packing(path) { () throws(ArchiveError) in
      try archive.begin(ReleaseManifest.fileName, length: Int64(manifest.json.count), mode: 0o644)
      try archive.write(manifest.json)
    }
    for file in manifest.files {
      guard let source = sources[file.path] else { continue }
      try packing(path) { () throws(ArchiveError) in try archive.begin(file.path, length: file.length, mode: file.mode) }
      let read = try source.read(files) { (piece) throws(ReleaseProblem) in try packing(path) { () throws(ArchiveError) in try archive.write(piece) }
      }
      guard read.sha256 == file.sha256 else { throw ReleaseProblem(.input, "\(file.path) changed while it was packed; pack it again") }
    }
    try packing(path) { () throws(ArchiveError) in try archive.finish() }
    try onDisk { () throws(FileError) in try writer.commit(step: "releases.work-bundle") }
  }
}

/// A file on its way into a bundle.
struct BundleSourceFile {
  enum Place {
    case path(String)
    case bytes([UInt8])
  }

  var place: Place
  var mode: UInt32

  func read(_ files: any Files, _ piece: ([UInt8]) throws(ReleaseProblem) -> Void = { _ in })
    throws(ReleaseProblem) -> (length: Int64, sha256: ContentDigest)
  {
    switch place {
    case .path(let path): return try BundleFile.read(path, files, piece)
    case .bytes(let bytes):
      try piece(bytes)
      return (Int64(bytes.count), try BundleFile.digest(bytes))
    }
  }
}

private func packing<Value>(_ path: String, _ body: () throws(ArchiveError) -> Value) throws(ReleaseProblem) -> Value {
  do throws(ArchiveError) { return try body() } catch { throw ReleaseProblem(.disk, "cannot pack \(path): \(error)") }
}
