import ConnectorCheckers
import Outage
import Simulation
import World

/// What stands around a connector's outage state machine: its timer, what the registry says, and what is true of the cloud and of StoreFront.
struct OutagePart: Sendable {
  /// What was told of the cloud last; nil before the first time.
  var reach: ConnectorFact.Reach?
  /// Faults that force an outage, and in which StoreFront says nothing; how many there are now.
  var forces = 0
  var silences = 0
  /// StoreFront asks without a break since then, as it did before the silence that lasts.
  var asksSince = Moment(nanoseconds: 0)
  /// When StoreFront asked this process last before that silence.
  var askedBefore: Moment?
  var joinedAt = Moment(nanoseconds: 0)
  var storeFrontTimer = TimerHandle.none
  /// Its state machine does not know how long ago StoreFront asked last.
  var isStale = false
  var toldAt = Moment(nanoseconds: 0)
  /// By the connector's own clock.
  var due: Moment?
  var timer = TimerHandle.none
  var mode = OutageMode.workingNormally
  var isServing = false
  var takesPart: Bool?
}

extension Scenario {
  /// Of the state machines of its connectors; nil: they have none.
  var timers: OutageTimers? { isElecting ? outages.flatMap { OutageTimers.profile($0.rawValue) } : nil }
}

extension OutageBounds {
  init(_ timers: OutageTimers) {
    self.init(
      detection: timers.detection, settle: timers.settle, holdDown: timers.holdDown, initialHA: timers.initialHA, recovery: timers.pendingRecovery,
      wordFor: timers.wordFor, storeFrontFor: timers.storeFrontFor, probeEvery: FleetRun.probeEvery, peerTimeout: FleetRun.peerTimeout)
  }
}
