package import AgentSystem
import Evergreen
import ReleaseAnswers
package import ReleaseSlots
import Releases
package import World

/// Performs the operations on releases through `ReleaseSlots`. Its calls block, some for minutes: never call them on the host's actor.
package struct ReleaseOperations: Sendable {
  private let slots: ReleaseSlots

  package init(_ slots: ReleaseSlots) { self.slots = slots }

  /// Does the operation, or says by type why not; `refused` means that nothing was done. Done again it changes nothing more, as the table says.
  package func perform(_ operation: PrivilegedOperation, at now: WallTime) -> PrivilegedAnswer {
    do throws(SlotError) { return try performed(operation, now) } catch { return Self.answer(error) }
  }

  private func performed(_ operation: PrivilegedOperation, _ now: WallTime) throws(SlotError) -> PrivilegedAnswer {
    switch operation {
    case .installRelease(let version, let digest, let length, let by): return try install(version, digest, length, by.number, now)
    case .activateRelease(let version, let by): return try activate(version, by.number, now)
    case .commitRelease(let version, let evidence, let by): return try commit(version, evidence, by.number, now)
    case .rollBackRelease(let reason, let by): try slots.orderRollBack(reason.text, by: by.number, at: now)
    case .removeRelease(let version, let by): try slots.remove(version, by: by.number, at: now)
    case .clearFailedRelease(let version, let by): try slots.clear(version, by: by.number, at: now)
    case .takeOverUpdates: return .value(.updater(try takeOver(now)))
    case .releaseStatus: return .value(.releases(try status(now)))
    default: return .refused(Refusal(.notAvailable, "\(operation.kind.name) does not concern releases"))
    }
    return .done
  }

  /// A version that is there whole already, whose bundle was used up, is done: its bytes were those of signed metadata when it was installed.
  private func install(
    _ version: ReleaseVersion, _ digest: ContentDigest, _ length: Int64, _ by: UInt64, _ now: WallTime
  ) throws(SlotError) -> PrivilegedAnswer {
    _ = try slots.current(by, at: now)
    let order = UpdateOrder(command: "install", version: version, bundle: UpdateOrder.Bundle(sha256: digest, length: length))
    // What stands against the version itself is said by the installation.
    if !slots.isDownloaded(order.bundle), try slots.refusal(of: order, at: now) == nil {
      for slot in try slots.installed() where slot.version == version { if try slots.problem(of: slot) == nil { return .done } }
      let detail = "the bundle \(digest.short)… of \(length) bytes is not there; fetch it, then install \(version)"
      return .refused(Refusal(.notDownloaded, detail))
    }
    _ = try slots.install(order, by: by, at: now)
    return .done
  }

  private func activate(_ version: ReleaseVersion, _ by: UInt64, _ now: WallTime) throws(SlotError) -> PrivilegedAnswer {
    let record = try slots.current(by, at: now)
    if record.active?.version == version { throw .refused(.runsAlready(version)) }
    // One that is damaged beside one that is whole is never chosen.
    let found = try slots.installed().filter { $0.version == version }
    guard var chosen = found.first else { throw .notInstalled("\(version)") }
    for slot in found where try slots.problem(of: slot) == nil { chosen = slot }
    try slots.openTrial(chosen, by: by, at: now)
    return .done
  }

  private func commit(_ version: ReleaseVersion, _ seen: TrialEvidence, _ by: UInt64, _ now: WallTime) throws(SlotError) -> PrivilegedAnswer {
    let record = try slots.current(by, at: now)
    if case .idle = record.phase, record.active?.version == version, record.committed.count > 1 { return .done }
    guard let trial = record.trial, trial.slot.version == version else { throw .noTrial }
    guard seen.endToEndProbes > 0, seen.endToEndProbes <= seen.probes else {
      return .refused(Refusal(.outOfRange, "a commit needs at least one probe that reached the cloud; none of \(seen.probes) did"))
    }
    let evidence = Evidence(healthyFor: .seconds(Int64(seen.healthySeconds)), probes: Int(seen.probes), endToEndProbes: Int(seen.endToEndProbes))
    try slots.commit(evidence, by: by, at: now)
    // The commit stands. What cannot be removed now is when the next one is.
    try? slots.collect(by: by, at: now)
    return .done
  }

  /// A rollback ends before the connector starts, so what it left is removed by the updater that comes after it.
  private func takeOver(_ now: WallTime) throws(SlotError) -> UpdaterGeneration {
    let generation = try slots.takeOver(at: now)
    try? slots.collectLeftovers(by: generation, at: now)
    return UpdaterGeneration(generation)
  }

  private func status(_ now: WallTime) throws(SlotError) -> ReleaseStatus {
    // Read beside a change that may be under way: only where neither copy can be read, what is there is mended.
    let record = if let seen = slots.seen { seen } else { try slots.record(at: now) }
    return ReleaseStatus(
      record, active: try slots.slot(.active), lastGood: try slots.slot(.lastGood), installed: Array(try slots.installed()))
  }

  /// Every reason by its type; the words come from where it was found.
  package static func answer(_ error: SlotError) -> PrivilegedAnswer {
    let reason: Refusal.Reason
    switch error {
    case .files: return .failed(PrivilegedFailure(.disk, "\(error); the next start of the connector finishes it or takes it back"))
    case .manifest, .hostile, .wrongBundle, .damaged: reason = .badRelease
    case .refused(let refusal): reason = Refusal.Reason(refusal)
    case .noSpace: reason = .noRoom
    case .stale: reason = .staleUpdater
    case .inUse: reason = .releaseInUse
    case .notInstalled: reason = .unknownRelease
    case .busy: reason = .updateUnderWay
    case .noTrial: reason = .noTrial
    case .nothingToGoBackTo, .notKept: reason = .nothingToGoBackTo
    case .noRecord, .nothingToRun: reason = .noReleaseLayout
    }
    return .refused(Refusal(reason, error.description))
  }
}
