import Evergreen
import EvergreenCheckers
import Foundation
import Glibc
import LiveWorld
import ReleaseSlots
import Releases
import SimulatedWorld
import Synchronization
import Testing
import World

/// What a release does when it runs.
enum Behaviour: String, Sendable, Codable {
  case healthy, crashes, hangs, noCloud, failsLater, flaps
}

/// The power went in the middle of something.
struct MachineDown: Error {}

/// One machine with a connector, a source of bundles, and the launcher and updater of the connector: what the product does with these rooms, in a
/// loop that can be cut anywhere and goes on from what is on the disk.
final class Rig {
  let files: any Files
  let memory: MemoryFiles?
  let root: String
  let slots: ReleaseSlots
  let log: FactLog
  var now: WallTime
  var served: [ContentDigest: [UInt8]] = [:]
  var behaviours: [ReleaseVersion: Behaviour] = [:]
  var releases: [SlotName: TestRelease] = [:]
  var logic = UpdateLogic()
  var running: BootChoice?
  var states: [UpdateLogic.State] = []
  /// When it is another than the release has.
  var orderedVersion: ReleaseVersion?
  var beforeInstall: ((Rig, String) -> Void)?
  var beforeBoot: ((Rig) throws -> Void)?
  /// Bytes that the disk has while a start does its part; nil: as many as it likes.
  var roomToBoot: ((Rig) -> Int?)?
  /// When the machine started; nil: no file says how long it has been running.
  private var machineOn: WallTime?
  private var machineStarts = 0
  private var generation: UInt64 = 0
  private var began: WallTime
  private var commands = 0

  init(files: any Files, root: String, log: FactLog, settings change: (inout ReleaseSlots.Settings) -> Void = { _ in }) {
    self.files = files
    self.root = root
    self.log = log
    memory = files as? MemoryFiles
    var settings = ReleaseSlots.Settings()
    settings.reserve = 1_000
    change(&settings)
    slots = ReleaseSlots(files: files, root: root, settings: settings) { log.add($0) }
    now = log.all.last.map { $0.at + .seconds(1) } ?? WallTime(seconds: 1_795_000_000)
    began = now
    if log.all.isEmpty { log.add(UpdateFact(.machine, at: now) { $0.platform = .current }) }
  }

  static func inMemory(
    _ files: MemoryFiles = MemoryFiles(), settings change: (inout ReleaseSlots.Settings) -> Void = { _ in }
  ) -> Rig { Rig(files: files, root: "/evergreen", log: FactLog(), settings: change) }

  func serve(_ release: TestRelease, _ behaviour: Behaviour = .healthy) {
    served[release.order().bundle.sha256] = release.bundle
    behaviours[release.version] = behaviour
    releases[release.slot] = release
  }

  /// Other bytes under the same name.
  func serveInstead(_ change: (inout [UInt8]) -> Void) {
    for key in served.keys {
      if releases.values.contains(where: { $0.order().bundle.sha256 == key && $0.version != running?.slot.version }) { change(&served[key]!) }
    }
  }

  var record: EvergreenRecord { get throws { try slots.record(at: now) } }
  private var moment: Moment { Moment(nanoseconds: (now - began).nanoseconds) }

  func seed(_ release: TestRelease) throws {
    serve(release)
    try download(release.order().bundle)
    _ = try slots.seed(release.order().bundle, version: release.version, at: now)
    try powerOn()
  }

  /// What the launcher does. The process changes the state as soon as it runs.
  func powerOn() throws {
    pass(2)
    try guarded { try beforeBoot?(self) }
    if let room = roomToBoot?(self) { memory?.setCapacity(room) }
    defer { if roomToBoot != nil { memory?.setCapacity(.max) } }
    let choice = try guarded { try slots.boot(at: now) }
    if roomToBoot != nil { memory?.setCapacity(.max) }
    running = choice
    let release = try #require(releases[choice.slot])
    for (path, bytes) in release.contents { try #require(try guarded { try files.read(slots.folder(of: choice.slot) + "/" + path) } == bytes) }
    try guarded {
      try files.makeDirectory(slots.stateFolder + "/sub", mode: 0o700)
      try files.append(slots.stateFolder + "/db", Array("\(choice.slot.version);".utf8), mode: 0o600, sync: true)
      try files.append(slots.stateFolder + "/sub/log", [1], mode: 0o600, sync: true)
      // What is the machine's: a folder of its own, and a file beside others that go back.
      for folder in ["agent-system", "credential-provider", "link"] { try files.makeDirectory("\(slots.stateFolder)/\(folder)", mode: 0o700) }
      try files.append(slots.stateFolder + "/agent-system/registry", Array("\(choice.slot.version);".utf8), mode: 0o600, sync: true)
      for name in ["credential-provider/audit.log", "link/identity.json"] {
        try files.append("\(slots.stateFolder)/\(name)", Array("\(choice.slot.version);".utf8), mode: 0o600, sync: true)
      }
      try files.append(slots.stateFolder + "/link/other", Array("\(choice.slot.version);".utf8), mode: 0o600, sync: true)
      try files.append(slots.stateFolder + "/credential-provider/vault", Array("\(choice.slot.version);".utf8), mode: 0o600, sync: true)
      if memory == nil { leaveSpecialFiles() }
    }
    generation = try guarded { try slots.takeOver(at: now) }
    let behaviour = behaviours[choice.slot.version] ?? .healthy
    if behaviour == .crashes {
      try guarded { try slots.noteEnd("exit code 70", at: now) }
    } else if behaviour != .hangs {
      try guarded { try slots.noteReady(at: now) }
    }
  }

  /// What a crash leaves on a real disk: a control socket, here made without anybody listening, and a FIFO.
  private func leaveSpecialFiles() {
    _ = mkfifo(slots.stateFolder + "/fifo", 0o600)
    _ = mknod(slots.stateFolder + "/control.sock", S_IFSOCK | 0o600, 0)
  }

  /// Until the release is active or refused, through as many starts as it takes.
  func runToEnd(_ release: TestRelease) throws {
    for _ in 0..<8 {
      if running?.role == .trial {
        try runTrial(release)
        continue
      }
      let record = try guarded { try self.record }
      if record.active?.version == release.version || record.failures[release.version.description]?.isRefused == true { return }
      try update(release)
      if logic.state == .failed { return }
    }
  }

  func update(_ release: TestRelease) throws {
    commands += 1
    var order = release.order("c\(commands)-\(generation)")
    order.version = orderedVersion ?? order.version
    guard try guarded({ try slots.take(command: order.command, by: generation, at: now) }) else { return }
    logic = UpdateLogic(slots.settings.update)
    try feed(.order(order))
  }

  func runTrial(_ release: TestRelease) throws {
    logic = UpdateLogic(slots.settings.update)
    try feed(.trialBegan(release.order(), release.slot, generation: generation))
  }

  func feed(_ event: UpdateLogic.Event) throws {
    var events = [event]
    while let event = events.popFirst() {
      for directive in logic.handle(event, at: Now(moment: moment, wall: now)) { if let next = try perform(directive) { events.append(next) } }
    }
  }

  private func perform(_ directive: UpdateLogic.Directive) throws -> UpdateLogic.Event? {
    switch directive {
    case .changed(let state, _):
      states.append(state)
      return nil
    case .check(let order): return .checked(try guarded { try slots.refusal(of: order, at: now) })
    case .download(let order):
      do { try guarded { try download(order.bundle) } } catch let error as SlotError { return .downloadFailed(error.description) }
      return .downloaded
    case .install(let order):
      beforeInstall?(self, slots.bundlePath(order.bundle))
      do { return .installed(try guarded { try slots.install(order, by: generation, at: now) }) } catch let error as SlotError {
        return .installFailed(error.description)
      }
    case .askPermission: return .granted
    case .activate(let slot):
      do { try guarded { try slots.openTrial(slot, by: generation, at: now) } } catch let error as SlotError {
        return .activateFailed(error.description)
      }
      return try restart()
    case .probe(let pause): return try probe(after: pause)
    case .commit(_, let evidence):
      do { try guarded { try slots.commit(evidence, by: generation, at: now) } } catch let error as SlotError {
        return .commitFailed(error.description)
      }
      running?.role = .active
      return .committed
    case .rollBack(_, let reason):
      do { try guarded { try slots.orderRollBack(reason, by: generation, at: now) } } catch let error as SlotError {
        return .rollBackFailed(error.description)
      }
      return try restart()
    case .wake(let alarm, let pause):
      guard alarm.purpose == .retry else { return nil }
      pass(Int(pause.inSeconds))
      return .due(alarm)
    case .givePermissionBack, .escalate: return nil
    }
  }

  /// The process ends and the launcher starts what it is told to.
  private func restart() throws -> UpdateLogic.Event? {
    try powerOn()
    // Another process: it knows nothing of this one's.
    logic = UpdateLogic(slots.settings.update)
    guard let running else { return nil }
    if running.role == .trial {
      guard let release = releases[running.slot] else { return nil }
      return .trialBegan(release.order(), running.slot, generation: generation)
    }
    return .cameBack(running.reason)
  }

  private func probe(after pause: Duration) throws -> UpdateLogic.Event? {
    pass(Int(pause.inSeconds))
    guard let running else { return nil }
    // The launcher's own timer; it does not ask the updater.
    if try guarded({ slots.check(at: now) }).step != .none { return try restart() }
    let age = Int((now - began).inSeconds)
    let probe: Probe =
      switch behaviours[running.slot.version] ?? .healthy {
      case .healthy: Probe(isHealthy: true, reachedTheCloud: true)
      case .crashes, .hangs: Probe(isHealthy: false, reachedTheCloud: false, detail: "no answer")
      case .noCloud: Probe(isHealthy: true, reachedTheCloud: false)
      case .failsLater: Probe(isHealthy: trialAge < 300, reachedTheCloud: true, detail: "the broker does not answer")
      case .flaps: Probe(isHealthy: age / 60 % 2 == 0, reachedTheCloud: true, detail: "now and then")
      }
    log.add(
      UpdateFact(.probed, at: now, slot: running.slot) {
        $0.ok = probe.isHealthy
        $0.endToEnd = probe.isHealthy && probe.reachedTheCloud
      })
    return .probed(probe)
  }

  private var trialAge: Int {
    let opened = log.all.last { $0.kind == .started }?.at ?? now
    return Int((now - opened).inSeconds)
  }

  func download(_ bundle: UpdateOrder.Bundle) throws {
    var rest = (served[bundle.sha256] ?? [])[...]
    try slots.download(bundle, at: now) {
      let piece = Array(rest.prefix(700))
      rest = rest.dropFirst(700)
      return piece
    }
  }

  func collect() throws { try guarded { try slots.collect(by: generation, at: now) } }
  func orderRollBack(_ reason: String) throws {
    try guarded { try slots.orderRollBack(reason, by: generation, at: now) }
    try powerOn()
  }

  func pass(_ seconds: Int) {
    now = now + .seconds(seconds)
    tellUptime()
  }

  /// From now on the machine says when it was started, and each power cut is a restart.
  func countMachineStarts() throws {
    try files.makeDirectory("/proc/sys/kernel/random", mode: 0o755)
    startMachine()
  }

  func startMachine() {
    machineStarts += 1
    machineOn = now
    try? files.replace("/proc/sys/kernel/random/boot_id", with: Array("start-\(machineStarts)\n".utf8), mode: 0o444, step: Self.machineStep)
    tellUptime()
  }

  private func tellUptime() {
    guard let machineOn else { return }
    try? files.replace("/proc/uptime", with: Array("\((now - machineOn).inSeconds) 0.0\n".utf8), mode: 0o444, step: Self.machineStep)
  }

  static let machineStep: DurableStep = "test.machine"

  /// An error of a machine that went down ends everything, whatever would be made of it otherwise.
  func guarded<Value>(_ body: () throws -> Value) throws -> Value {
    do {
      let value = try body()
      if memory?.isDown == true { throw MachineDown() }
      return value
    } catch {
      if memory?.isDown == true { throw MachineDown() }
      throw error
    }
  }

  func powerCut() {
    pass(5)
    memory?.recover()
    log.add(UpdateFact(.powerCut, at: now))
    running = nil
    if machineOn != nil { startMachine() }
  }

  var stateText: String { (try? files.read(slots.stateFolder + "/db")).map { String(decoding: $0, as: UTF8.self) } ?? "" }
  var violations: [EvergreenViolation] { EvergreenCheckers.check(log.all) }
}

extension Array {
  mutating func popFirst() -> Element? { isEmpty ? nil : removeFirst() }
}

/// The facts of one machine; in a file as well, when its process is going to be killed.
final class FactLog: Sendable {
  private let facts: Mutex<[UpdateFact]>
  private let path: String?

  init(path: String? = nil) {
    self.path = path
    let bytes = path.flatMap { try? DiskFiles().read($0) } ?? []
    facts = Mutex(bytes.split(separator: 10).compactMap { try? JSONDecoder().decode(UpdateFact.self, from: Data($0)) })
  }

  init(_ known: [UpdateFact]) {
    facts = Mutex(known)
    path = nil
  }

  func add(_ fact: UpdateFact) {
    facts.withLock { $0.append(fact) }
    guard let path, let line = try? JSONEncoder().encode(fact) else { return }
    try? DiskFiles().append(path, [UInt8](line) + [10], mode: 0o600, sync: false)
  }

  var all: [UpdateFact] { facts.withLock { $0 } }
}
