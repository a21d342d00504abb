package import Evergreen
package import ReleaseSlots
package import Releases
import StrictJSON
package import TUF
package import World

/// Where a connector gets its releases from, for real: trusted metadata in `metadata` of the release folder, which no rollback takes back, and bundles
/// in the folder that an installation looks into. One call at a time works; the others wait.
package actor ReleaseFetch: ReleaseFetching {
  package struct Settings: Sendable {
    /// A file with the first root, from a trusted source; read only while nothing is trusted yet.
    package var root: String
    /// Base address of the repository, with `metadata` and `targets` below it.
    package var repository: String
    package var platform = ReleasePlatform.current
    package var limits = TrustLimits()

    package init(root: String, repository: String) {
      self.root = root
      self.repository = repository
    }
  }

  private struct Found {
    var target: TargetFile
    var isConsistent: Bool
  }

  private let settings: Settings
  private let slots: ReleaseSlots
  private let fetcher: any RepositoryFetcher
  private let clock: any WorldClock
  private var found: [ReleaseVersion: Found] = [:]
  private var isBusy = false
  private var waiting: [CheckedContinuation<Void, Never>] = []

  package init(_ settings: Settings, slots: ReleaseSlots, fetcher: any RepositoryFetcher, clock: any WorldClock) {
    self.settings = settings
    self.slots = slots
    self.fetcher = fetcher
    self.clock = clock
  }

  package func find(_ version: ReleaseVersion) async throws(ReleaseFetchProblem) -> UpdateOrder.Bundle {
    await takeTurn()
    defer { endTurn() }
    return try Self.bundle(try await look(version))
  }

  package func download(_ version: ReleaseVersion, _ bundle: UpdateOrder.Bundle) async throws(ReleaseFetchProblem) {
    await takeTurn()
    defer { endTurn() }
    var known = found[version]
    // Another process of the connector found it.
    if known == nil { known = try await look(version) }
    guard let known, try Self.bundle(known) == bundle else {
      throw ReleaseFetchProblem("signed metadata lists another bundle of \(version) than the one that was found before", isPassing: false)
    }
    guard let sink = try begin(bundle) else { return }
    defer { sink.download.discard() }
    let hash = known.isConsistent ? known.target.content.hashes?.first?.text : nil
    let url = "\(settings.repository)/targets/" + Quoting.requestedPath(known.target.path, hash: hash)
    do throws(FetchError) { try await fetcher.fetch(FetchRequest(url: url, limit: bundle.length), to: sink) } catch {
      throw ReleaseFetchProblem(sink.failure?.description ?? "the bundle of \(version): \(error)", isPassing: true)
    }
    do throws(SlotError) { try sink.download.finish(at: clock.now().wall) } catch { throw Self.problem(error) }
  }

  /// In the order of the calls: one client at a time works in the folder of metadata, and one writer on a bundle.
  private func takeTurn() async {
    guard isBusy else {
      isBusy = true
      return
    }
    await withCheckedContinuation { waiting.append($0) }
  }

  private func endTurn() {
    if waiting.isEmpty { isBusy = false } else { waiting.removeFirst().resume() }
  }

  private func look(_ version: ReleaseVersion) async throws(ReleaseFetchProblem) -> Found {
    found = [:]
    let store = MetadataStore(files: slots.files, directory: "\(slots.root)/metadata")
    var client = TrustClient(store: store, metadataURL: "\(settings.repository)/metadata", fetcher: fetcher, limits: settings.limits)
    let path = BundleFile.target(version, settings.platform)
    do throws(TrustError) {
      try begin(store)
      try await client.refresh(start: clock.now().wall)
      let target = try await client.find(ExactText(path))
      let known = Found(target: target, isConsistent: client.isConsistent)
      found[version] = known
      return known
    } catch {
      guard error.kind == .unknownTarget else { throw Self.problem(error) }
      let detail =
        "\(version) for \(settings.platform) is not in the signed metadata of \(settings.repository); what is not listed there does not run"
      throw ReleaseFetchProblem(detail, isPassing: false)
    }
  }

  private func begin(_ store: MetadataStore) throws(TrustError) {
    guard try store.read(.root, limits: settings.limits) == nil else { return }
    do throws(FileError) {
      let bytes = try slots.files.read(settings.root)
      try Self.trust(bytes, store, settings.limits)
    } catch {
      throw TrustError(.noTrustedRoot, .root, "the first root of updates.root cannot be read: \(error)")
    }
  }

  private static func trust(_ root: [UInt8], _ store: MetadataStore, _ limits: TrustLimits) throws(FileError) {
    do throws(TrustError) { try store.begin(root: root, limits: limits) } catch { throw FileError(.other, store.directory, error.detail) }
  }

  private func begin(_ bundle: UpdateOrder.Bundle) throws(ReleaseFetchProblem) -> BundleSink? {
    do throws(SlotError) { return try slots.beginDownload(bundle, at: clock.now().wall).map { BundleSink($0) } } catch { throw Self.problem(error) }
  }

  /// T10: length and digest are those of signed metadata.
  private static func bundle(_ found: Found) throws(ReleaseFetchProblem) -> UpdateOrder.Bundle {
    let listed = found.target.content.hashes?.first { $0.algorithm == .sha256 }?.text
    guard let listed, let digest = ContentDigest(String(decoding: listed.utf8, as: UTF8.self)) else {
      throw ReleaseFetchProblem("signed metadata lists no SHA-256 for \(Quoting.shown(found.target.path)); expected one", isPassing: false)
    }
    return UpdateOrder.Bundle(sha256: digest, length: found.target.length)
  }

  private static func problem(_ error: TrustError) -> ReleaseFetchProblem {
    ReleaseFetchProblem("the metadata of releases: \(error)", isPassing: error.kind == .fetch || error.kind == .disk)
  }

  private static func problem(_ error: SlotError) -> ReleaseFetchProblem { ReleaseFetchProblem(error.description, isPassing: true) }
}

/// Hands the fetcher's bytes to the slots.
///
/// Unchecked: the fetcher calls it from one place at a time and not after it returned; before and after that only `ReleaseFetch` has it.
private final class BundleSink: ByteSink, @unchecked Sendable {
  let download: BundleDownload
  var failure: SlotError?

  init(_ download: BundleDownload) { self.download = download }

  func take(_ bytes: UnsafeRawBufferPointer) throws(FetchError) {
    do throws(SlotError) { try download.take(bytes) } catch {
      failure = error
      throw FetchError(.sink, error.description)
    }
  }
}
