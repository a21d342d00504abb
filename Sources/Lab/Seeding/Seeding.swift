import Evergreen
import ReleaseSlots
import Releases
import World

/// Gives a connector its first release, before it starts: the build that `up` uses. Calls block.
struct Seeding {
  let slots: ReleaseSlots
  let built: BuiltRelease?

  /// What was done, for people; nil when there was nothing to do. It throws where there is nothing that could run: then it is done again before the next start.
  func perform(at now: WallTime) throws(SlotError) -> String? {
    guard let built else {
      if try slots.slot(.active) == nil { throw .noRecord }
      return nil
    }
    guard let active = try slots.slot(.active) else {
      try install(built, at: now)
      return "release \(built.version) installed from this build"
    }
    guard let record = slots.seen, record.phase == .idle, active != built.slot || record.active != built.slot else { return nil }
    guard record.committed.count == 1 else { return try differs(active, built) }
    try install(built, at: now)
    try slots.collect(by: try slots.takeOver(at: now), at: now)
    return "another build than before: release \(built.version) installed anew in place of \(active); the state is kept"
  }

  private func install(_ built: BuiltRelease, at now: WallTime) throws(SlotError) {
    let bundle = UpdateOrder.Bundle(sha256: built.sha256, length: built.length)
    let reader: any FileReader
    do throws(FileError) { reader = try slots.files.reader(of: built.bundle) } catch { throw .files(error) }
    try slots.download(bundle, at: now) { try reader.read(upTo: 1 << 20) }
    _ = try slots.seed(bundle, version: built.version, at: now)
  }

  /// It was updated from the repository; what runs is what the repository says.
  private func differs(_ active: SlotName, _ built: BuiltRelease) throws(SlotError) -> String? {
    let manifest = try slots.manifest(of: active)
    let programs = manifest?.files.filter { built.programs[$0.path] != nil } ?? []
    guard programs.contains(where: { built.programs[$0.path] != $0.sha256.text }) else { return nil }
    return
      "runs \(active.version) from the repository; what was built differs. To run it: make release && connector-lab release publish VERSION --ring all"
  }
}
