internal import LiveWorld
import StrictJSON
internal import TUF
internal import TUFFetch
internal import World

/// One call of the command.
struct TUFRun {
  private let options: TUFOptions
  private let files = DiskFiles()

  init(_ options: TUFOptions) { self.options = options }

  func perform() async throws {
    switch options.action {
    case .`init`: try begin()
    case .refresh: _ = try await refresh(try fetcher())
    case .download: try await download()
    }
  }

  private func begin() throws {
    guard let root = options.root else { throw TUFFailure(["init: give the file with the first trusted root"]) }
    let path = try absolute(root)
    do {
      guard let size = try files.info(path)?.size else { throw TUFFailure(["\(path): there is no such file"]) }
      guard size <= Int64(TrustLimits().rootBytes) else { throw TUFFailure(["\(path): too large for a root, \(size) bytes"]) }
      try store().begin(root: files.read(path))
    } catch let error as FileError {
      throw TUFFailure(["\(error)"])
    } catch let error as TrustError {
      throw TUFFailure(["\(path) is not accepted as the first trusted root: \(error)"])
    }
  }

  private func refresh(_ fetcher: CurlFetcher) async throws -> TrustClient {
    // Read once, before anything else: the fixed start time of the update.
    let start = try startTime()
    var client = TrustClient(store: try store(), metadataURL: try need(options.metadataUrl, "--metadata-url"), fetcher: fetcher)
    do {
      try await client.refresh(start: start)
    } catch {
      throw TUFFailure(["refresh: \(error)"])
    }
    return client
  }

  private func download() async throws {
    guard !options.targetName.isEmpty else { throw TUFFailure(["download: give at least one --target-name"]) }
    let store = ArtifactStore(files: files, directory: try absolute(try need(options.targetDir, "--target-dir")))
    let base = try need(options.targetBaseUrl, "--target-base-url")
    let fetcher = try fetcher()
    var client = try await refresh(fetcher)
    var failures: [String] = []
    for name in options.targetName {
      do throws(TrustError) {
        let target = try await client.find(ExactText(name))
        let outcome = try await store.download(target, baseURL: base, consistent: client.isConsistent, fetcher: fetcher, limits: client.limits)
        switch outcome {
        case .present(let path): StandardStream.output("\(path) is up to date")
        case .downloaded(let path): StandardStream.output(path)
        }
      } catch {
        failures.append("download: \(error)")
      }
    }
    if !failures.isEmpty { throw TUFFailure(failures) }
  }

  private func fetcher() throws -> CurlFetcher {
    var settings = FetchSettings()
    if let ca = options.ca {
      let path = try absolute(ca)
      guard (try? files.info(path)) != nil else { throw TUFFailure(["--ca \(path): there is no such file"]) }
      settings.authorities = path
    }
    settings.userAgent = "connectord/\(ConnectorVersion.connector)"
    return CurlFetcher(settings)
  }

  private func store() throws -> MetadataStore {
    MetadataStore(files: files, directory: try absolute(try need(options.metadataDir, "--metadata-dir")))
  }

  private func startTime() throws -> WallTime {
    guard let text = options.at else { return LiveClock().now().wall }
    guard let time = WallTime(iso8601: text) else { throw TUFFailure(["--at \(text): expected a time in UTC, such as 2026-11-21T09:30:00Z"]) }
    return time
  }

  private func need(_ value: String?, _ option: String) throws -> String {
    guard let value, !value.isEmpty else { throw TUFFailure(["\(options.action.rawValue): give \(option)"]) }
    return value
  }
}
