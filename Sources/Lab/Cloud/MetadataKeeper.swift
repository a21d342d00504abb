import EventCatalog
import LiveWorld
import ReleaseWorks
import World

/// Keeps the metadata that a running lab serves from expiring: once a day it signs anew the timestamp, so that connectors see that it does not stand still, and what nears its end, under the same lock as
/// the commands that change the repository.
struct MetadataKeeper: Sendable {
  let paths: LabPaths
  let files: any Files
  let clock: any WorldClock
  let random: any RandomSource
  let events: any EventSink

  private static let daily = Duration.seconds(86_400)
  /// Somebody else holds the repository for a moment.
  private static let soon = Duration.seconds(60)

  /// Until the task is cancelled.
  func keep() async {
    while !Task.isCancelled {
      let pause = await renew() ? Self.daily : Self.soon
      do { try await clock.sleep(for: pause) } catch { return }
    }
  }

  /// False when another holds the repository.
  @concurrent func renew() async -> Bool {
    do {
      guard try ReleaseRepository.read(paths.releases, files: files) != nil else { return true }
      let lock: LabLock
      do throws(LabLock.Refusal) { lock = try LabLock(path: paths.releasesLock) } catch {
        if case .heldByAnother = error { return false }
        events.emit(.rolloutReleasesUnreadable(detail: "its lock cannot be taken: \(error)"), from: nil)
        return true
      }
      let signed = try withExtendedLifetime(lock) {
        let now = clock.now().wall
        var repository = try ReleaseRepository.open(paths.releases, files: files, random: random, now: now)
        return try repository.refresh(now: now)
      }
      if !signed.isEmpty { events.emit(.rolloutMetadataRenewed(roles: signed.map(\.rawValue).joined(separator: ", ")), from: nil) }
    } catch {
      events.emit(.rolloutReleasesUnreadable(detail: "\(error)"), from: nil)
    }
    return true
  }
}
