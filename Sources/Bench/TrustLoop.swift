import Foundation
import LiveWorld
import StrictJSON
import TUF
import TUFFetch
import World

/// Refreshes of trusted metadata over a web server, and the download of an artifact, in this process: what `connectorctl tuf` does, without the start of a process.
enum TrustLoop {
  /// Begins with the root in a folder of its own each time; the first refresh fetches everything, the second finds that nothing is newer.
  static func run(_ count: Int, url: String, root: String, folder: String, target: String?) async throws {
    let files = DiskFiles()
    let trustedRoot = try files.read(root)
    var (first, again, download) = (Measurement.Sum("trust-first"), Measurement.Sum("trust-again"), Measurement.Sum("trust-download"))
    for turn in 0..<count {
      let place = "\(folder)/\(turn)"
      let store = MetadataStore(files: files, directory: place)
      try store.begin(root: trustedRoot)
      let fetcher = CurlFetcher(FetchSettings())
      var client = TrustClient(store: store, metadataURL: url + "/metadata", fetcher: fetcher)
      try await first.add { try await client.refresh(start: LiveClock().now().wall) }
      try await again.add { try await client.refresh(start: LiveClock().now().wall) }
      guard let target else { continue }
      let found = try await client.find(ExactText(target))
      let artifacts = ArtifactStore(files: files, directory: place + "/artifacts")
      try await download.add {
        _ = try await artifacts.download(
          found, baseURL: url + "/targets", consistent: client.isConsistent, fetcher: fetcher, limits: client.limits)
      }
      try FileManager.default.removeItem(atPath: place + "/artifacts")
    }
    for sum in target == nil ? [first, again] : [first, again, download] { sum.show() }
  }
}

extension Measurement {
  /// The median of several turns, as one line of JSON like a `Measurement` of one.
  struct Sum {
    private let what: String
    private var turns: [Measurement] = []

    init(_ what: String) { self.what = what }

    mutating func add(_ body: () async throws -> Void) async throws {
      let start = Mark.now
      try await body()
      turns.append(Measurement(what, count: 1, since: start))
    }

    func show() {
      guard !turns.isEmpty else { return }
      turns.sorted { $0.seconds < $1.seconds }[turns.count / 2].show()
    }
  }
}
