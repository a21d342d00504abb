import CloudServer
import EventCatalog
import Foundation
import LiveWorld
import ReleaseWorks
import SimulatedCloud
import SimulatedWorld
import Synchronization
import Testing
import World

@testable import Lab

private final class Emitted: EventSink {
  private let kept = Mutex<[Event]>([])
  func emit(_ event: Event, from service: ServiceName?) { kept.withLock { $0.append(event) } }
  var messages: [String] { kept.withLock { $0.map(\.message) } }
}

/// The running lab and its repository of releases, on a disk.
@Suite struct MetadataKeeperTests {
  private let paths = LabPaths(root: NSTemporaryDirectory() + "lab-keeper-\(UUID().uuidString)")
  private let begin = WallTime(seconds: 1_800_000_000)
  private let events = Emitted()

  private func keeper(after: Duration) -> MetadataKeeper {
    MetadataKeeper(
      paths: paths, files: DiskFiles(), clock: SimulatedClock(wall: begin + after), random: SeededRandom(seed: 1), events: events)
  }

  @Test func whatNearsItsEndIsSignedAnewUnderTheCommandsLock() async throws {
    defer { try? FileManager.default.removeItem(atPath: paths.root) }
    try DiskFiles().makeDirectory(paths.root, mode: 0o700)
    #expect(await keeper(after: .zero).renew(), "there is no repository, and none is made")
    #expect(try DiskFiles().info(paths.releases) == nil)
    _ = try ReleaseRepository.open(paths.releases, files: DiskFiles(), random: SeededRandom(seed: 1), now: begin)
    let listing = RepositoryListing(files: DiskFiles(), folder: paths.releases)
    let look = try #require(try listing.look(unless: nil))
    #expect(look.releases == PublishedReleases())
    #expect(try listing.look(unless: look.mark) == nil)

    #expect(await keeper(after: .seconds(3_600)).renew())
    #expect(events.messages.isEmpty, "all of it is young")
    do {
      let lock = try LabLock(path: paths.releasesLock)
      #expect(await !keeper(after: .seconds(20 * 86_400)).renew(), "a command changes it now")
      withExtendedLifetime(lock) {}
    }
    #expect(await keeper(after: .seconds(20 * 86_400)).renew())
    #expect(events.messages == ["Metadata of the releases was signed anew: timestamp."])
    #expect(try listing.look(unless: look.mark) != nil)
    try Data("rubbish".utf8).write(to: URL(filePath: "\(paths.releases)/record.json"))
    #expect(await keeper(after: .zero).renew())
    #expect(events.messages.count == 2 && events.messages[1].hasPrefix("The repository of releases cannot be used: "))
  }
}
