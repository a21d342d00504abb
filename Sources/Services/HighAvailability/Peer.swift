import EventCatalog
import ServiceKit
import World

/// What this connector knows of another one.
struct Peer: Hashable {
  var server: EdgeServer
  /// Since when it is watched.
  private(set) var knownSince: Moment
  /// A probe is on its way.
  var isAsked = false
  var wasAsked = false
  /// It answered within the time limit: it takes part.
  private(set) var answers = false
  private var lastAnswer: Moment?
  private(set) var boot: String?
  private var failure: PeerFailure?
  private var isToldLost = false
  /// Whom it holds for elected, and since when that is not whom this connector holds.
  private var holds: String?
  private var differsSince: Moment?
  private var isToldDifferent = false

  init(server: EdgeServer, knownSince: Moment) {
    self.server = server
    self.knownSince = knownSince
  }

  /// Neither an answer nor a failure has come yet.
  var isUnheard: Bool { lastAnswer == nil && failure == nil }

  /// It comes to be watched: what was known of it before is forgotten, but for a probe that is still on its way.
  mutating func begin(at now: Moment) {
    let asked = isAsked
    self = Peer(server: server, knownSince: now)
    isAsked = asked
  }

  mutating func move(to server: EdgeServer) {
    if self.server.peerAddress != server.peerAddress {
      isAsked = false
      wasAsked = false
    }
    self.server = server
  }

  mutating func note(_ result: Result<PeerHello, PeerFailure>, at now: Moment) -> [HighAvailabilityLogic.Directive] {
    isAsked = false
    switch result {
    case .success(let hello) where hello.fqdn.lowercased() != server.fqdn.lowercased() || hello.connectorID != server.uuid:
      failure = PeerFailure(.untrusted, "\(hello.fqdn) with the id \(hello.connectorID) answers at its address")
      return []
    case .failure(let failure):
      self.failure = failure
      return []
    case .success(let hello):
      lastAnswer = now
      failure = nil
      boot = hello.boot
      holds = hello.elected
      isToldLost = false
      defer { answers = true }
      return answers ? [] : [.emit(.peerJoined(server.fqdn))]
    }
  }

  /// Takes it out of the election once it has been silent for too long.
  mutating func age(at now: Moment, timeout: Duration) -> [HighAvailabilityLogic.Directive] {
    let silence = now - (lastAnswer ?? knownSince)
    guard silence >= timeout else { return [] }
    answers = false
    holds = nil
    // One that never had an address has not started yet: nothing was lost.
    guard !isToldLost, server.peerAddress != nil || lastAnswer != nil else { return [] }
    isToldLost = true
    let reason = failure?.description ?? (server.peerAddress == nil ? "it has told the cloud no address" : "no probe was answered")
    return [.emit(.peerLost(server.fqdn, silence: Int(clamping: silence.nanoseconds / 1_000_000), reason: reason))]
  }

  /// Tells once when it holds another for elected than `ours` for longer than `limit`: shorter, one of the two has not heard yet.
  mutating func compare(_ ours: String, at now: Moment, limit: Duration) -> [HighAvailabilityLogic.Directive] {
    guard let holds, holds.lowercased() != ours.lowercased() else {
      differsSince = nil
      isToldDifferent = false
      return []
    }
    let start = differsSince ?? now
    differsSince = start
    guard now - start >= limit, !isToldDifferent else { return [] }
    isToldDifferent = true
    return [
      .emit(.electionDisagreement(peer: server.fqdn, theirs: holds, ours: ours, duration: Int(clamping: (now - start).nanoseconds / 1_000_000)))
    ]
  }

  func silenceText(_ now: Moment) -> String {
    guard server.peerAddress != nil else { return "it has told the cloud no address" }
    guard let lastAnswer else { return failure.map { "never answered: \($0.kind.rawValue)" } ?? "never answered" }
    return "for \((now - lastAnswer).nanoseconds / 1_000_000_000) s"
  }

  func shown(_ now: Now) -> HighAvailabilityStatus.Peer {
    HighAvailabilityStatus.Peer(
      fqdn: server.fqdn, id: server.uuid, address: server.peerAddress, answers: answers,
      lastAnswer: lastAnswer.map { now.wall - (now.moment - $0) }, boot: boot, elected: holds, failure: failure?.description)
  }
}

extension WallTime {
  static func - (time: WallTime, duration: Duration) -> WallTime { time + (.zero - duration) }
}
