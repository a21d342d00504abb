import CloudAPI
import HighAvailabilityService
import ServiceKit
import Simulation
import World

/// A connector's part in the election of its resource location: the real `HighAvailabilityLogic` of the process that runs, and what stands around it.
struct Elector: Sendable {
  let fqdn: String
  /// What its configuration names it by.
  let server: EdgeServer
  /// Nil while no process is ready.
  var logic: HighAvailabilityLogic?
  var incarnation: UInt32 = 0
  var isFrozen = false
  /// What it answers its peers; nil: nothing.
  var answer: PeerHello?
  /// Whom it holds for elected.
  var holds: String?
  var holdsItself: Bool { holds == fqdn }
  /// On its disk: a configuration that names its location's connectors.
  var isSynced = false
  /// Its clock stands still while it rests: whole rounds were left out.
  var skipped = Duration.zero
  /// When its next round is, by that clock.
  var round = Moment(nanoseconds: 0)
  var timer = TimerHandle.none
  /// Probes without an answer so far: the timer of each one's time limit, by peer.
  var asking: [Int32: TimerHandle] = [:]
  var isResting = false
  /// Peers in the order in which this process first heard of them: for a planted fault.
  var arrivals: [String] = []

  /// What stands around its outage state machine, when the scenario has outages.
  var outage = OutagePart()

  init(_ name: String, _ place: Int) {
    fqdn = "\(name).l\(place + 1).example"
    server = EdgeServer(fqdn: fqdn, uuid: name, peerAddress: "\(name):89")
  }
}

/// A resource location, as its own network sees it.
struct PeerNetwork: Sendable {
  /// What one does depends on what another did last: since when nothing has changed here.
  var changed = Moment(nanoseconds: 0)
  /// What is wrong between two, by their numbers, the smaller first.
  var faults: [PeerPair: [FaultKind]] = [:]
  var servers: [EdgeServer] = []
  var members: [Int] = []
}

struct PeerPair: Hashable, Sendable {
  let first, second: Int32

  init(_ a: Int, _ b: Int) { (first, second) = (Int32(min(a, b)), Int32(max(a, b))) }
}

/// What can happen on the way between two connectors.
enum PeerEvent: Sendable {
  /// A round of its election is due.
  case round(Int32)
  case asked(of: Int32, by: Int32, incarnation: UInt32, limit: TimerHandle)
  /// `limit` names the probe.
  case answered(by: Int32, to: Int32, incarnation: UInt32, limit: TimerHandle, Result<PeerHello, PeerFailure>)
  case overdue(by: Int32, to: Int32, incarnation: UInt32)
  /// Something of its outage state machine is due.
  case outageDue(Int32, incarnation: UInt32)
  /// StoreFront asks it for the first time, or again.
  case storeFrontAsks(Int32, incarnation: UInt32)
  /// StoreFront's last request is too old now.
  case storeFrontExpires(Int32, incarnation: UInt32)
}
