import AgentSystem
import CloudAPI
import Evergreen
import Releases
import Rollouts
import Simulation
import WatchDogService
import World

/// One machine with a connector: power, a process at most, the releases on its disk, its clock, its end of the link.
struct Machine: Sendable {
  enum Process: UInt8, Sendable {
    case none
    /// Started, not ready.
    case starting
    case ready
    case hung
  }
  let name: String
  let location: Int32
  /// What names its draws that are numbered.
  let key: UInt64
  var clock: ClockModel
  var isOn = true
  /// How often it was started: its clock that nobody sets begins anew each time.
  var starts: UInt32 = 0
  /// What its wall clock showed then, without steps: its clock that nobody sets begins there.
  var startedAt = WallTime(seconds: 0)
  var process = Process.none
  /// Rises whenever a process ends: what was meant for it does not reach the next one.
  var incarnation: UInt32 = 0
  var slot: SlotName
  var role = UpdateFact.Role.active
  /// Of what runs, on this machine.
  var behaviour = ReleaseBehaviour.healthy
  var reason = ""
  /// The disk did not let an update end, and this runs meanwhile.
  var isMakeshift = false
  var readySince = Moment(nanoseconds: 0)
  /// The trial's deadline by the true time, while its process runs.
  var trialEnds: Moment?
  /// Ended by itself so many times in a row.
  var crashes: UInt8 = 0
  var isSlow = false
  var hungUntil = Moment(nanoseconds: 0)
  /// It is out of service because of an update, in truth.
  var isAside = false
  var isPendingRestart = false
  /// What asks for a restart is still there after it.
  var isRestartStale = false
  var wasRestarted = false
  /// Its power went and has come back, and no process was ready since.
  var cameByPower = false
  var isInMaintenance = false
  var maintenanceReason: ReasonText = ""
  /// A restart of the machine is scheduled, and survives the process.
  var isRestartDue = false
  /// Since when the cloud cannot have heard of it; nil while it can.
  var awaySince: Moment?
  var folder: ReleaseFolder
  /// The record of the lease.
  var kept = SimulatedRecord<UpdateLease>()
  /// One while a process is ready.
  var updater: [UpdaterLogic] = []
  /// What its updater tells the cloud, and the lease that it holds: kept, because each heartbeat has them.
  var standing: UpdateStanding?
  var token: UInt64?
  /// The order to install that was taken up last.
  var takenToken: UInt64 = 0
  var takenRelease: Int16 = -1
  /// The newest timestamp of signed metadata that it has seen, and since when; zero before the first.
  var timestamp: Int32 = 0
  var timestampAt = Moment(nanoseconds: 0)
  var facts: [CompactFact] = []
  /// So many of the facts were checked.
  var checked = 0
  var draws: Draws
  var link = LinkModel()
  /// What is wrong with the link.
  var linkFaults: [FaultKind] = []
  var contact = Contact()

  /// What both ends know of their exchange of heartbeats.
  struct Contact: Sendable {
    /// Of what the connector says of itself: rises with each change.
    var epoch: UInt32 = 0
    /// What the cloud has heard and acted on.
    var heard: UInt32 = 0
    /// When the latest heartbeat was sent that arrived.
    var lastHeard = Moment(nanoseconds: 0)
    /// Nothing is simulated of the exchange since then.
    var quietSince: Moment?
    /// The next heartbeat, when it is simulated.
    var beat = TimerHandle.none
    /// When the cloud gives it up.
    var limit = TimerHandle.none
    /// The cloud does not want to hear of it before.
    var notBefore = Moment(nanoseconds: 0)
    /// What was handed on last to the coordinator.
    var saidToken: UInt64 = 0
    var saidStage: UInt8 = .max
  }

  func wall(_ now: Moment) -> WallTime { clock.read(now) }
  /// Wall time without the steps that somebody made: what facts are stamped with, so that lengths in them are lengths.
  func steady(_ now: Moment) -> WallTime { clock.steady(now) }
  /// What its kernel counts: nobody sets it, and it begins anew with each start.
  func uptime(_ now: Moment) -> MachineTime { MachineTime(start: "\(starts)", uptime: clock.steady(now).microseconds / 1_000) }
  /// Because of an update. A process that hangs, a machine without power or on its way back from that, and a full disk, which lets nobody end a maintenance, are
  /// reasons of their own.
  var isOutOfService: Bool {
    if process == .hung || folder.disk.isFull || (cameByPower && process != .ready) { return false }
    if !isOn { return wasRestarted }
    // One that has left maintenance serves, on trial or not.
    return isInMaintenance || (role == .trial && process == .starting)
  }
}
