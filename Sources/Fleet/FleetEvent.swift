import CloudAPI
import Evergreen
import Releases
import WatchDogService
import World

/// What a connector says of itself in a heartbeat, and at once when it changes.
struct Report: Sendable {
  var epoch: UInt32
  /// When the cloud asked for it. What comes late says nothing of now: a contact is counted from here, not from the arrival.
  var sent: Moment
  var version: ReleaseVersion
  var isHealthy: Bool
  var isPendingRestart: Bool
  var standing: UpdateStanding?
  /// Of the manifest of the release that runs, as its slot's name has it.
  var digest: String
  /// The lease as the connector knows it.
  var token: UInt64?
  /// It answers this order with a refusal.
  var refused: OrderName?
}

/// What is on its way from the cloud.
enum DownMessage: Sendable {
  case command(UpdateCommand)
  /// An operator's clear: what failed may be tried again.
  case clear
}

/// What can be due on a machine. Those with an incarnation mean one process.
enum MachineTimer: Sendable {
  case powerOn
  case start
  case ready(UInt32)
  case endsByItself(UInt32)
  case launcherLooks(UInt32)
  /// It is in maintenance, and what it served has ended.
  case entered(UInt32)
  /// Of which update, and the number of the release; -1: there is none.
  case downloaded(UInt32, update: Int32, release: Int16)
  case installed(UInt32, update: Int32, release: Int16)
  case alarm(UInt32, UpdaterLogic.Alarm)
  /// The scheduled restart of the machine.
  case restartDue(UInt32)
  case unhang(UInt32)
}

enum FleetEvent: Sendable {
  /// The coordinator has something due.
  case cloudDue(UInt32)
  case cloudBack
  /// No heartbeat of this connector for too long.
  case contactLimit(Int32)
  /// A connector's next heartbeat.
  case beat(Int32)
  indirect case up(Int32, Report)
  /// With when it was sent.
  indirect case down(Int32, DownMessage, sent: Moment)
  case machine(Int32, MachineTimer)
  indirect case peer(PeerEvent)
  /// A connector's copy of the broker configuration.
  case sync(Int32, SyncEvent)
  /// A machine's heartbeat, or its next attempt to register.
  case desktop(Int32, DesktopEvent, UInt32)
  /// The site's configuration changes for a location.
  case configuration(Int32)
  case publish(Int32)
  case act(Int32)
  case faultBegins(Int32)
  case faultEnds(Int32)
}
