import SimulatedWorld
import StrictJSON
import TUF
import TUFRepository
import World

/// A repository, its web server, a disk and the client: all in memory, all keys and times fixed.
struct Scene {
  static let start = WallTime(seconds: 1_800_000_000)
  static let expires = start + .seconds(30 * 86_400)
  static let folder = "/state/tuf"
  static let artifacts = "/state/artifacts"

  var repository: Repository
  let fetcher = MemoryFetcher()
  /// What the client told.
  let trace = TrustTrace()
  let files: MemoryFiles
  var limits = TrustLimits()
  var start = Scene.start

  /// A published repository with one target, and a client that trusts its root and has not asked for anything yet.
  init(hashes: Bool = false, consistent: Bool = true, files: MemoryFiles = MemoryFiles()) throws {
    self.files = files
    repository = Repository(keys: Self.topKeys, expires: Self.expires)
    repository.listsHashes = hashes
    repository.consistentSnapshot = consistent
    repository.addTarget("one.txt", Array("the first target".utf8))
    try repository.publishAll()
    fetcher.serve(repository)
    try store.begin(root: repository.metadata["1.root.json"] ?? [])
  }

  static let topKeys = [ExactText.root: key(1), .timestamp: key(2), .snapshot: key(3), .targets: key(4)]

  static func key(_ number: UInt8) -> SigningKey { keys[Int(number)] }
  private static let keys = (0..<64).map { number in
    guard let key = SigningKey.ed25519(seed: Array(repeating: UInt8(number), count: 32)) else { fatalError("32 bytes are a seed") }
    return key
  }

  var store: MetadataStore { MetadataStore(files: files, directory: Self.folder) }
  var artifactStore: ArtifactStore { ArtifactStore(files: files, directory: Self.artifacts) }

  var client: TrustClient { TrustClient(store: store, metadataURL: MemoryFetcher.metadataURL, fetcher: fetcher, limits: limits, observer: trace.add) }

  /// Publishes and serves.
  mutating func publish(_ roles: ExactText...) throws {
    try repository.publish(roles)
    fetcher.serve(repository)
  }

  /// Nil when it succeeded.
  func refresh() async -> TrustError? {
    var client = client
    do throws(TrustError) {
      try await client.refresh(start: start)
      return nil
    } catch {
      return error
    }
  }

  /// Refreshes, finds and downloads; nil when it succeeded.
  func download(_ path: ExactText) async -> TrustError? {
    var client = client
    do throws(TrustError) {
      try await client.refresh(start: start)
      let target = try await client.find(path)
      _ = try await artifactStore.download(
        target, baseURL: MemoryFetcher.targetsURL, consistent: client.isConsistent, fetcher: fetcher, limits: limits, for: client)
      return nil
    } catch {
      return error
    }
  }

  func artifact(_ path: ExactText) -> [UInt8]? { try? files.read(artifactStore.path(path)) }
  func stored(_ role: ExactText) -> [UInt8]? { try? files.read(store.path(role)) }
  func version(_ role: ExactText) -> Int64? { stored(role).flatMap(Self.version) }

  static func version(_ bytes: [UInt8]) -> Int64? { try? JSONTree.parse(bytes).top["signed"]?["version"]?.integer }

  /// `root 1`, `timestamp 1` …: everything in the metadata directory, by name.
  var trusted: [String] {
    ((try? files.list(Self.folder)) ?? []).filter { $0.hasSuffix(".json") }.map { name in
      let version = (try? files.read(Self.folder + "/" + name)).flatMap(Self.version)
      return "\(name.dropLast(5)) \(version.map(String.init) ?? "?")"
    }
  }
}
