import CloudServer
import Foundation
import ReleaseWorks
import Releases
import SimulatedCloud
import World

/// What the lab's repository of releases publishes for this machine's platform.
struct RepositoryListing: ReleaseListing {
  let files: any Files
  let folder: String

  func look(unless mark: String?) throws -> ReleaseLook? {
    // Before reading: what changes in between is found the next time.
    let stamp = stamp
    guard mark != stamp else { return nil }
    guard let record = try ReleaseRepository.read(folder, files: files) else { return ReleaseLook(releases: PublishedReleases(), mark: stamp) }
    // Looked at again soon.
    guard try ReleaseRepository.isShown(record, in: folder, files: files) else { return nil }
    let published = record.published.filter { $0.platform == .current }.map {
      PublishedReleases.Release($0.version, floors: $0.floors, reach: Self.reach($0.ring), emergency: $0.isEmergency, digest: $0.manifest?.text)
    }
    let revoked = record.revoked.filter { $0.platform == .current }.map(\.version)
    return ReleaseLook(releases: PublishedReleases(published: published, revoked: revoked), mark: stamp)
  }

  /// The record is replaced as a whole whenever something changes.
  private var stamp: String {
    guard let found = try? FileManager.default.attributesOfItem(atPath: "\(folder)/record.json") else { return "none" }
    let time = (found[.modificationDate] as? Date)?.timeIntervalSince1970 ?? 0
    return "\(time) \(found[.size] ?? 0)"
  }

  private static func reach(_ ring: ReleaseRing?) -> PublishedReleases.Reach {
    switch ring {
    case .named(let name): .rings(upTo: name)
    case .percent(let percent): .share(percent: percent)
    case .all, nil: .all
    }
  }
}
