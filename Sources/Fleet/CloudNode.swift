import RolloutCheckers
import Rollouts
import Simulation
import World

/// The cloud: the coordinator and what its shell keeps. The coordinator is saved before its directives are sent.
struct CloudNode {
  var logic: RolloutLogic
  /// What a restart loads, when it is not what `logic` is: a fault that is planted, or a crash in the middle of an event.
  var saved: RolloutLogic?
  var checks: RolloutChecks
  var clock: ClockModel
  var isUp = true
  /// When it was down, by its own clock: no deadline can be kept then.
  var outages: [(from: WallTime, to: WallTime)] = []
  var downSince = WallTime(seconds: 0)
  var upSince = Moment(nanoseconds: 0)
  /// Rises at each start: what was due for the one before is not heard.
  var incarnation: UInt32 = 0
  var due = TimerHandle.none
  var dueAt: WallTime?
  /// Goes down in the middle of the next event that has something to send.
  var crashesAtNextSending = false
  var extraLatency = Duration.zero
  /// Heartbeats are answered 429, with this to wait.
  var throttle: Duration?
  /// Connectors are shown the repository's metadata as it was then; nil: as it is.
  var frozenSince: Moment?
  /// The number of a connector by its id.
  var numbers: [String: Int] = [:]
}
