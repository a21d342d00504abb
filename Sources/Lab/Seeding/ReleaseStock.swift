import Foundation
import LiveWorld
import ReleaseWorks
import World

/// What all connectors of a lab share before they start: the build as a release, and the repository with the root that their trust begins with.
actor ReleaseStock {
  private let daemon: String
  private let files: any Files
  private let clock: any WorldClock
  private let note: @Sendable (String) -> Void
  private var packing: Task<BuiltRelease?, Never>?

  init(daemon: String, files: any Files, clock: any WorldClock, note: @escaping @Sendable (String) -> Void) {
    self.daemon = daemon
    self.files = files
    self.clock = clock
    self.note = note
  }

  func begin(_ paths: LabPaths) {
    guard packing == nil else { return }
    packing = Task {
      await openRepository(paths)
      return await pack(paths)
    }
  }

  /// Nil when it could not be packed, which was told; a connector that has a release runs that one then, and whoever asks again has it packed again.
  func built(_ paths: LabPaths) async -> BuiltRelease? {
    begin(paths)
    let mine = packing
    let built = await mine?.value
    // Another may have begun anew meanwhile.
    if built == nil, packing == mine { packing = nil }
    return built
  }

  /// Ends what is still being done; returns when nothing is.
  func finish() async {
    packing?.cancel()
    _ = await packing?.value
  }

  private func pack(_ paths: LabPaths) async -> BuiltRelease? {
    let packer = ReleasePacker(files: files, daemon: daemon, folder: paths.built)
    if let built = packer.packed() { return built }
    do {
      let began = clock.now().moment
      note("packing what was built as release \(ConnectorVersion.connector), once for this lab")
      let built = try await packer.pack()
      let seconds = ((clock.now().moment - began).inSeconds * 10).rounded() / 10
      note("packed release \(built.version): \(built.length / 1_000_000) MB in \(seconds) s")
      return built
    } catch is CancellationError {
      return nil
    } catch {
      note("what was built could not be packed as a release: \(error)")
      return nil
    }
  }

  /// Made with its development keys when there is none, so that connectors have a root to begin with.
  private func openRepository(_ paths: LabPaths) async {
    do {
      guard (try? files.info(paths.firstRoot)) == .some(nil) else { return }
      let lock = try await lock(paths)
      defer { withExtendedLifetime(lock) {} }
      let (files, now) = (files, clock.now().wall)
      _ = try await blocking { try ReleaseRepository.open(paths.releases, files: files, random: SystemRandom(), now: now) }
    } catch is CancellationError {
    } catch {
      note("the lab's repository of releases cannot be used, so connectors take no updates: \(error)")
    }
  }

  /// Another command may be changing it.
  private func lock(_ paths: LabPaths) async throws -> LabLock {
    for _ in 0..<100 {
      do throws(LabLock.Refusal) { return try LabLock(path: paths.releasesLock) } catch {
        if case .cannotOpen(let why) = error { throw LabError(.cannotCreate, why) }
      }
      try await clock.sleep(for: .milliseconds(100))
    }
    throw LabError(.unavailable, "another command changes the releases of \(paths.root)")
  }
}
