package import Evergreen
package import ReleaseSlots
package import Releases
import StrictJSON
package import TUF
import TrustCheckers
package import World

/// Where a connector gets its releases from, for real: trusted metadata in `metadata` of the release folder, which no rollback takes back, and bundles
/// in the folder that an installation looks into. One call at a time works; the others wait.
///
/// Time never goes back here (T4): each refresh starts at the latest time at which one succeeded, if the clock is before that (`TrustTime`).
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
  private let observer: TrustObserver?
  private var found: [ReleaseVersion: Found] = [:]
  /// Nil before the first refresh of this process.
  private var time: TrustTime?
  private var isBusy = false
  private var waiting: [CheckedContinuation<Void, Never>] = []

  /// - Parameter observer: is told what is done with signed metadata and bundles, as it is done (`TrustCheckers` reads it).
  package init(
    _ settings: Settings, slots: ReleaseSlots, fetcher: any RepositoryFetcher, clock: any WorldClock, observer: TrustObserver? = nil
  ) {
    self.settings = settings
    self.slots = slots
    self.fetcher = fetcher
    self.clock = clock
    self.observer = observer
  }

  private func tell(_ what: @autoclosure () -> TrustFact.What, at time: WallTime) {
    if let observer { observer(TrustFact(what(), at: time)) }
  }

  package func find(_ version: ReleaseVersion) async throws(ReleaseFetchProblem) -> UpdateOrder.Bundle {
    await takeTurn()
    defer { endTurn() }
    return try bundle(try await search(version))
  }

  package func look() async -> MetadataLook {
    await takeTurn()
    defer { endTurn() }
    var client = client
    let (start, stale, error) = await refresh(&client)
    tell(.looked(stale: stale, isFresh: stale == .zero), at: start)
    return MetadataLook(stale: stale, problem: error.map(Self.problem))
  }

  package func download(_ version: ReleaseVersion, _ bundle: UpdateOrder.Bundle) async throws(ReleaseFetchProblem) {
    await takeTurn()
    defer { endTurn() }
    var known = found[version]
    // Another process of the connector found it.
    if known == nil { known = try await search(version) }
    guard let known, try self.bundle(known) == bundle else {
      throw ReleaseFetchProblem("signed metadata lists another bundle of \(version) than the one that was found before", isPassing: false)
    }
    guard let sink = try begin(bundle) else { return }
    defer { sink.download.discard() }
    let path = Quoting.fileName(known.target.path)
    defer {
      let (read, most) = (sink.download.length, settings.limits.artifactBytes)
      tell(.read(TrustFact.Read(path, bytes: read, limit: bundle.length, listed: bundle.length, setting: most)), at: clock.now().wall)
    }
    let hash = known.isConsistent ? known.target.content.hashes?.first?.text : nil
    let url = "\(settings.repository)/targets/" + Quoting.requestedPath(known.target.path, hash: hash)
    do throws(FetchError) { try await fetcher.fetch(FetchRequest(url: url, limit: bundle.length), to: sink) } catch {
      throw ReleaseFetchProblem(sink.failure?.description ?? "the bundle of \(version): \(error)", isPassing: true)
    }
    let now = clock.now().wall
    do throws(SlotError) {
      let (sha256, length) = try sink.download.finish(at: now)
      let counted = TrustFact.Target(path, content: TrustFact.Content(length: length, digests: ["sha256": sha256]))
      tell(.artifactVerified(counted), at: now)
      tell(.artifactActivated(counted), at: now)
    } catch { throw Self.problem(error) }
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

  private var store: MetadataStore { MetadataStore(files: slots.files, directory: "\(slots.root)/metadata") }
  private var client: TrustClient {
    TrustClient(store: store, metadataURL: "\(settings.repository)/metadata", fetcher: fetcher, limits: settings.limits, observer: observer)
  }

  private func search(_ version: ReleaseVersion) async throws(ReleaseFetchProblem) -> Found {
    found = [:]
    var client = client
    let path = BundleFile.target(version, settings.platform)
    do throws(TrustError) {
      if let error = await refresh(&client).error { throw error }
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

  /// T4: at a time that does not go back. Only a refresh that succeeds raises that time, and none succeeds with metadata that has expired by then; so a clock
  /// that was set far ahead for a while raises it by less than a timestamp is valid, and whatever the repository signs afterwards is valid for longer.
  ///
  /// - Returns: when it began, for how long no newer timestamp has been accepted, and why the refresh failed.
  private func refresh(_ client: inout TrustClient) async -> (start: WallTime, stale: Duration, error: TrustError?) {
    let book = TrustTimeBook(files: slots.files, root: slots.root)
    let (now, machine) = (clock.now().wall, MachineTime(slots.files))
    if time == nil {
      time = book.read { tell(.timeLost, at: now) }
    }
    var time = time ?? TrustTime(since: now, machine: machine)
    let start = time.start(at: now)
    let error = await bringUpToDate(&client, start)
    if error == nil { time.highest = start }
    if let timestamp = client.timestamp { time.note(timestamp, at: start, machine: machine) }
    self.time = time
    if book.write(time), let highest = time.highest { tell(.timeKept(highest), at: start) }
    return (start, time.stale(at: start, machine: machine), error)
  }

  private func bringUpToDate(_ client: inout TrustClient, _ start: WallTime) async -> TrustError? {
    do throws(TrustError) {
      try begin(store, start)
      try await client.refresh(start: start)
      return nil
    } catch { return error }
  }

  /// With the first root while none is trusted, or none that can be read any more: what is left of timestamp and snapshot goes on protecting.
  private func begin(_ store: MetadataStore, _ start: WallTime) throws(TrustError) {
    if let kept = try store.read(.root, limits: settings.limits),
      (try? TrustedSet(trustedRoot: kept, start: start, limits: settings.limits)) != nil
    {
      return
    }
    let bytes: [UInt8]
    do throws(FileError) { bytes = try slots.files.read(settings.root) } catch {
      throw TrustError(.noTrustedRoot, .root, "the first root of updates.root cannot be read: \(error)")
    }
    try store.begin(root: bytes, limits: settings.limits)
  }

  private func begin(_ bundle: UpdateOrder.Bundle) throws(ReleaseFetchProblem) -> BundleSink? {
    do throws(SlotError) { return try slots.beginDownload(bundle, at: clock.now().wall).map { BundleSink($0) } } catch { throw Self.problem(error) }
  }

  /// T10: length and digest are those of signed metadata.
  private func bundle(_ found: Found) throws(ReleaseFetchProblem) -> UpdateOrder.Bundle {
    guard found.target.length <= settings.limits.artifactBytes else {
      let detail =
        "signed metadata lists \(Quoting.shown(found.target.path)) with \(found.target.length) bytes; at most \(settings.limits.artifactBytes) are taken"
      throw ReleaseFetchProblem(detail, isPassing: false)
    }
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
