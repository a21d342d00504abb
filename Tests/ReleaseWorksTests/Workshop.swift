import ReleaseSlots
import ReleaseWorks
import Releases
import SimulatedWorld
import StrictJSON
import Synchronization
import TUF
import World

/// A disk with a folder of programs and a repository beside it, and what serves that repository.
struct Workshop {
  static let start = WallTime(seconds: 1_800_000_000)
  let files: MemoryFiles
  /// Of the largest file of a release, in repetitions of its text.
  let size: Int
  let folder = "/lab/releases"

  init(_ files: MemoryFiles = MemoryFiles(), size: Int = 40_000) {
    self.files = files
    self.size = size
  }

  func write(_ path: String, _ text: String, mode: UInt32 = 0o644) throws {
    try files.makeDirectory("/" + path.split(separator: "/").dropLast().joined(separator: "/"), mode: 0o755)
    try files.replace(path, with: Array(text.utf8), mode: mode, step: "test.input")
  }

  /// A folder that makes a release.
  func programs(_ text: String, _ folder: String = "/in") throws {
    try write("\(folder)/bin/connectord", "program \(text)", mode: 0o755)
    try write("\(folder)/lib/deep/er/data", String(repeating: text, count: size))
    try write("\(folder)/etc/defaults.yaml", "# \(text)\n{}\n")
  }

  func build(_ text: String, program: String? = nil, change: (inout BundleMaker.Order) -> Void = { _ in }) throws -> BundleMaker.Built {
    try programs(program ?? text)
    var order = BundleMaker.Order(version: version(text), bootstrapper: version("0.1.0.1"), folder: "/in")
    change(&order)
    return try BundleMaker(files: files).make(order, into: "\(folder)/unsigned")
  }

  func open(_ now: WallTime = start, seed: UInt64 = 1) throws -> ReleaseRepository {
    try ReleaseRepository.open(folder, files: files, random: SeededRandom(seed: seed), now: now)
  }

  /// Brings a client up to date with what is on the disk now.
  @discardableResult
  func refresh(_ client: Client, at now: WallTime = start) async throws -> TrustClient {
    var trust = TrustClient(store: client.store, metadataURL: "http://r/metadata", fetcher: FolderFetcher(files: files, folder: folder))
    try await trust.refresh(start: now)
    return trust
  }

  func download(_ trust: TrustClient, _ target: String, _ client: Client) async throws -> String {
    var trust = trust
    let outcome = try await ArtifactStore(files: client.files, directory: "/client/artifacts").download(
      try await trust.find(ExactText(target)), baseURL: "http://r/targets", consistent: trust.isConsistent,
      fetcher: FolderFetcher(files: files, folder: folder), limits: trust.limits)
    switch outcome {
    case .downloaded(let path), .present(let path): return path
    }
  }

  func newClient() throws -> Client {
    let client = Client()
    try client.store.begin(root: try files.read("\(folder)/metadata/1.root.json"))
    return client
  }
}

/// What a connector keeps, on a disk of its own.
struct Client {
  var files = MemoryFiles()
  var store: MetadataStore { MetadataStore(files: files, directory: "/client/metadata") }
}

func version(_ text: String) -> ReleaseVersion { ReleaseVersion(text) ?? ReleaseVersion(9, 9, 9, 9) }

/// Serves a folder as the lab's cloud does.
struct FolderFetcher: RepositoryFetcher {
  let files: any Files
  let folder: String

  func fetch(_ request: FetchRequest, to sink: any ByteSink) async throws(FetchError) {
    let path = folder + request.url.dropFirst("http://r".count)
    let bytes: [UInt8]
    do throws(FileError) { bytes = try files.read(path) } catch { throw FetchError(error.kind == .notFound ? .notThere : .unreachable, "\(error)") }
    guard Int64(bytes.count) <= request.limit else { throw FetchError(.tooLong, request.url) }
    let result: Result<Void, FetchError> = bytes.withUnsafeBytes { buffer in
      do throws(FetchError) { return .success(try sink.take(buffer)) } catch { return .failure(error) }
    }
    try result.get()
  }
}
