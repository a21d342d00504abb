import AgentSystem
import Releases
import World

/// Valid values of every kind: the ground of the frame tests.
enum Samples {
  static let path = KnownRegistryKeys.lhcEnabled
  static let id = AgentRequestID(high: 0x0123_4567_89ab_cdef, low: 42)

  static let updater = UpdaterGeneration(.max)

  /// Everything that a status can hold.
  static let releases: ReleaseStatus = {
    let (old, new) = (SlotName("4.1.0.0-0123456789ab")!, SlotName("4.2.0.0-ba9876543210")!)
    let time = WallTime(seconds: 1_795_000_000)
    var status = ReleaseStatus(generation: updater)
    status.phase = .trying
    (status.active, status.lastGood) = (old, old)
    status.trial = ReleaseStatus.Trial(slot: new, from: old, attempt: 2, deadline: time)
    status.rollback = ReleaseStatus.Rollback(from: new, to: old, reason: "it flaps")
    status.installed = Array(repeating: old, count: ReleaseStatus.most)
    status.committed = Array(repeating: ReleaseStatus.Committed(slot: old, at: time), count: ReleaseStatus.most)
    let failed = ReleaseStatus.Failed(
      version: new.version, attempts: 5, isRefused: true, reason: ReasonText(String(repeating: "x", count: ReasonText.limit)), at: time)
    status.failed = Array(repeating: failed, count: ReleaseStatus.most)
    status.escalation = "the rollback failed"
    return status
  }()

  static let values: [RegistryValue] = [
    .string(""), .string("Käse 🧀"), .integer(.min), .integer(.max), .boolean(true), .strings([]), .strings(["a", "", "c;d"]),
  ]

  /// At least one of each kind (a test checks it).
  static let operations: [PrivilegedOperation] =
    [
      .installRelease(
        ReleaseVersion("4.370.0.1227")!, digest: ContentDigest(String(repeating: "0a", count: 32))!, length: 1 << 40, by: updater),
      .activateRelease(ReleaseVersion("1.0.0.0")!, by: updater), .rollBackRelease(reason: "it flaps", by: updater),
      .removeRelease(ReleaseVersion("6.109.0.0")!, by: updater), .takeOverUpdates, .releaseStatus,
      .commitRelease(ReleaseVersion("6.109.0.0")!, TrialEvidence(healthySeconds: 600, probes: 20, endToEndProbes: 1), by: updater),
      .clearFailedRelease(ReleaseVersion("6.109.0.0")!, by: UpdaterGeneration(0)),
      .scheduleRestart(.machine, delay: 60, reason: "an update waits"), .scheduleRestart(.process, delay: .max, reason: ""), .cancelRestart,
      .restartSupervisor(reason: "new settings"), .registryRead(path), .registryDelete(path), .registryList(under: nil, after: nil),
      .registryList(under: path, after: KnownRegistryKeys.configured), .setMaintenance(true, reason: "patching"), .setMaintenance(false, reason: ""),
    ] + ServiceName.allCases.map { .restartService($0) } + values.map { .registryWrite(path, $0) }

  static let answers: [PrivilegedAnswer] =
    [
      .done, .value(.flag(true)), .value(.registry(nil)), .value(.entries([], more: false)),
      .value(.entries(KnownRegistryKeys.all.map { RegistryEntry($0.path, $0.initial ?? .integer(1)) }, more: true)),
      .value(.updater(updater)), .value(.releases(releases)), .value(.releases(ReleaseStatus(generation: UpdaterGeneration(0)))),
      .value(.restart(ScheduledRestart(target: .machine, dueAt: WallTime(seconds: 1_795_000_060), reason: "an update waits"))),
    ] + values.map { .value(.registry($0)) } + Refusal.Reason.allCases.map { .refused(Refusal($0, "because of \($0.rawValue)")) }
    + PrivilegedFailure.Reason.allCases.map { .failed(PrivilegedFailure($0, "")) }

  static let frames: [AgentFrame] =
    [.hello(.ours), .hello(AgentHello(lowest: 0, highest: .max))]
    + operations.map { .request(AgentRequest(id: id, asker: .highAvailability, operation: $0, deadline: Moment(nanoseconds: 9_000_000_000))) }
    + answers.map { .answer(id, $0) }
}
