import AgentSystem
import CloudAPI
import EventCatalog
import Evergreen
import Releases
import ServiceKit
import WatchDogService
import World

/// The updater's logic with everything around it answered by hand: what it asks is done at once, unless a test says otherwise.
struct UpdaterTable {
  static let (one, two) = (SlotName("4.1.0.0-0123456789ab")!, SlotName("4.2.0.0-ba9876543210")!)
  static let bundle = UpdateOrder.Bundle(sha256: ContentDigest(String(repeating: "ab", count: 32))!, length: 7)

  var logic: UpdaterLogic
  var now = Now(moment: Moment(nanoseconds: 0), wall: WallTime(seconds: 1_795_000_000))
  var status = ReleaseStatus(generation: UpdaterGeneration(3))
  var registry: [RegistryPath: RegistryValue] = [:]
  /// Answers instead of the usual ones.
  var refusals: [PrivilegedOperation.Kind: String] = [:]
  /// Not answered before the test does.
  var held: Set<PrivilegedOperation.Kind> = []
  var found: Result<UpdateOrder.Bundle, ReleaseFetchProblem> = .success(bundle)
  var download: ReleaseFetchProblem?
  var saveProblem: String?
  var isSilent = false

  /// What it did, in order.
  var asked: [PrivilegedOperation] = []
  var saved: [UpdateLease] = []
  var events: [String] = []
  var alarms: [(UpdaterLogic.Alarm, Duration)] = []
  var answers: [UInt64: Result<UpdaterLogic.Answer, any Error>] = [:]
  var probes = 0
  private var requests: UInt64 = 0

  init(version: String = "4.1.0.0", lease: UpdateLease? = nil, boot: String = "b1", settings change: (inout UpdaterSettings) -> Void = { _ in }) {
    var settings = UpdaterSettings(version: ReleaseVersion(version)!, boot: boot, hasReleases: true, hasRoot: true)
    change(&settings)
    logic = UpdaterLogic(settings, lease: lease)
    status.active = Self.one
    status.committed = [ReleaseStatus.Committed(slot: Self.one, at: now.wall)]
    status.installed = [Self.one]
  }

  mutating func start() { send(.started) }

  mutating func send(_ event: UpdaterLogic.Event) {
    var events = [event]
    while !events.isEmpty {
      for directive in logic.handle(events.removeFirst(), at: now) { if let next = perform(directive) { events.append(next) } }
    }
  }

  /// Orders, and gives what the cloud was answered; nil when it waits.
  @discardableResult
  mutating func order(
    _ action: UpdateCommand.Action, token: UInt64 = 5, lasting seconds: Int64? = 3_600, version: String? = nil
  ) -> Result<UpdateStanding, WireError>? {
    requests += 1
    let id = requests
    let version = action == .install ? version ?? "4.2.0.0" : version
    send(.ordered(RequestID(id), UpdateCommand(action, token: token, lasts: seconds.map { Int($0) }, version: version)))
    return answered(id)
  }

  func answered(_ id: UInt64) -> Result<UpdateStanding, WireError>? {
    switch answers[id] {
    case .success(.standing(let standing)): .success(standing)
    case .failure(let error as WireError): .failure(error)
    default: nil
    }
  }

  var lease: UpdateLease? { report.lease }
  var stage: UpdateStanding.Stage? { lease?.stage }
  var report: UpdaterLogic.Report {
    var copy = logic
    let told = copy.handle(.report(RequestID(0)), at: now).lazy.compactMap { directive -> UpdaterLogic.Report? in
      if case .answer(_, .success(.report(let report))) = directive { report } else { nil }
    }
    return told.first!
  }

  var kinds: [PrivilegedOperation.Kind] { asked.map(\.kind).filter { $0 != .registryRead && $0 != .releaseStatus } }
  var isInMaintenance: Bool { registry[KnownRegistryKeys.inMaintenance] == .integer(1) }

  mutating func pass(_ seconds: Int64) {
    now.moment = now.moment + .seconds(seconds)
    now.machine = now.machine + .seconds(seconds)
    now.wall = now.wall + .seconds(seconds)
  }

  /// Lets the latest alarm of this kind ring at its time.
  mutating func ring(where isIt: (UpdaterLogic.Alarm) -> Bool) {
    guard let index = alarms.lastIndex(where: { isIt($0.0) }) else { return }
    let (alarm, after) = alarms.remove(at: index)
    pass(Int64(after.inSeconds))
    send(.due(alarm))
  }

  /// So long passes, with all looks at the lease and one at the end.
  mutating func ringLease(for seconds: Int64) {
    let until = now.moment + .seconds(seconds)
    while now.moment < until, let index = alarms.lastIndex(where: { if case .lease = $0.0 { true } else { false } }) {
      let (alarm, after) = alarms.remove(at: index)
      pass(Int64(min(after, until - now.moment).inSeconds))
      send(.due(alarm))
    }
    if now.moment < until { pass(Int64((until - now.moment).inSeconds)) }
  }
  mutating func ringRetry() {
    ring {
      if case .update(_, let alarm) = $0, alarm.purpose == .retry { return true }
      if case .find = $0 { return true }
      return false
    }
  }

  /// The trial looks at itself until it is judged.
  mutating func probe(_ probe: Probe, times: Int = 200) {
    for _ in 0..<times {
      guard let index = alarms.lastIndex(where: { if case .probe = $0.0 { true } else { false } }) else { return }
      let (alarm, after) = alarms.remove(at: index)
      pass(Int64(after.inSeconds))
      guard case .probe(let number) = alarm else { return }
      send(.due(alarm))
      send(.probed(number, probe))
    }
  }

  private mutating func perform(_ directive: UpdaterLogic.Directive) -> UpdaterLogic.Event? {
    switch directive {
    case .answer(let id, let answer):
      answers[id.number] = answer
      return nil
    case .emit(let event):
      events.append(event.definition.name)
      return nil
    case .save(let lease):
      if saveProblem == nil { saved.append(lease) }
      return .saved(lease, problem: saveProblem)
    case .find(let number, _): return isSilent ? nil : .found(number, found)
    case .download(let number, _, _): return isSilent ? nil : .downloaded(number, download)
    case .probe:
      probes += 1
      return nil
    case .lookAtMetadata: return .looked(MetadataLook(stale: .zero))
    case .wake(let alarm, let after):
      alarms.append((alarm, after))
      return nil
    case .ask(let purpose, let operation):
      asked.append(operation)
      if held.contains(operation.kind) { return nil }
      if let refusal = refusals[operation.kind] { return .answered(purpose, .success(.refused(Refusal(.badRelease, refusal)))) }
      return .answered(purpose, .success(done(operation)))
    }
  }

  private mutating func done(_ operation: PrivilegedOperation) -> PrivilegedAnswer {
    switch operation {
    case .takeOverUpdates: return .value(.updater(UpdaterGeneration(4)))
    case .releaseStatus: return .value(.releases(status))
    case .registryRead(let path): return .value(.registry(registry[path] ?? (path == KnownRegistryKeys.maintenanceReason ? .string("") : nil)))
    case .setMaintenance(let on, let reason):
      registry[KnownRegistryKeys.inMaintenance] = .integer(on ? 1 : 0)
      registry[KnownRegistryKeys.maintenanceReason] = .string(on ? reason.text : "")
      return .done
    case .installRelease:
      status.installed.append(Self.two)
      return .done
    default: return .done
    }
  }
}

/// The lease as the process before left it.
func lease(_ stage: UpdateStanding.Stage?, _ change: (inout UpdateLease) -> Void = { _ in }) -> UpdateLease {
  var lease = UpdateLease(token: 5, expires: WallTime(seconds: 1_795_003_600), action: .install, boot: "b0")
  lease.version = ReleaseVersion("4.2.0.0")
  lease.bundle = UpdaterTable.bundle
  lease.stage = stage
  change(&lease)
  return lease
}
