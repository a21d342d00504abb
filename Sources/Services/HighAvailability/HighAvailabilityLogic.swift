package import EventCatalog
package import Outage
package import ServiceKit
package import World

/// Who takes part, who is asked when, and who is elected; and who brokers, the cloud or the elected one (`OutageHost`).
package struct HighAvailabilityLogic: ServiceLogic {
  package enum Event: Sendable {
    case started
    case due
    case configuration(ConfigurationView)
    case probed(fqdn: String, address: String, Result<PeerHello, PeerFailure>)
    case asked(RequestID)
    /// The registry was told; false: it could not be.
    case recorded(isElected: Bool, Bool)
    case outage(OutageSignal)
  }

  /// What the Config Synchronizer says.
  package enum ConfigurationView: Hashable, Sendable {
    case neverSynced
    case synced([EdgeServer])
    case unavailable(String)
  }

  package enum Directive: Sendable {
    case readConfiguration
    case probe(fqdn: String, address: String, hello: PeerHello, timeout: Duration)
    /// What peers are answered from now on; nil: nothing.
    case answerPeers(PeerHello?)
    case wait(until: Moment)
    /// Write into the settings registry whether this connector is the elected one, where administrators look for it.
    case record(isElected: Bool)
    case emit(EventCatalog.Event)
    case answer(RequestID, HighAvailabilityStatus)
    case outage(OutageTask)
  }

  package static func answer(in directive: Directive) -> (RequestID, Result<HighAvailabilityStatus, any Error>)? {
    if case .answer(let id, let status) = directive { (id, .success(status)) } else { nil }
  }

  package struct Settings: Hashable, Sendable {
    package var fqdn: String
    package var boot: String
    package var probeEvery: Duration
    package var peerTimeout: Duration
    /// Nil: it only elects.
    package var outage: OutageLogic.Settings?
    package var forceCheckEvery = Duration.seconds(60)

    package init(fqdn: String, boot: String, probeEvery: Duration, peerTimeout: Duration, outage: OutageLogic.Settings? = nil) {
      self.fqdn = fqdn
      self.boot = boot
      self.probeEvery = probeEvery
      self.peerTimeout = peerTimeout
      self.outage = outage
    }
  }

  private let settings: Settings
  private var startedAt: Moment?
  private var configuration: ConfigurationView?
  private var ownID: String?
  /// By lower-case name.
  private var peers: [String: Peer] = [:]
  /// Their keys, in order.
  private var sortedKeys: [String] = []
  /// The peers that are probed, by lower-case name: see `watch`.
  private var watched: Set<String> = []
  private var current = Election(elected: nil, reason: "the configuration has not been read yet", candidates: [])
  private var since: WallTime?
  /// What the registry says; nil while that is not known.
  private var recorded: Bool?
  private var isRecording = false
  private var outage: OutageHost?
  private var seen = Moment(nanoseconds: 0)
  private var told: Standing?

  package init(_ settings: Settings) {
    self.settings = settings
    outage = settings.outage.map { OutageHost($0, forceCheckEvery: settings.forceCheckEvery) }
  }

  package mutating func handle(_ event: Event, at now: Now) -> [Directive] {
    guard outage != nil else { return react(event, now) }
    seen = now.moment
    let before = hello
    var out = react(event, now)
    let isElected = isSelfElected
    if outage?.logic.isElected != isElected { out += outage?.tell(.elected(isElected), now) ?? [] }
    // Peers hear at once what concerns them; the rest with the next round.
    if hello != before { out.append(.answerPeers(hello)) }
    if let standing, standing != told {
      told = standing
      out.append(.outage(.tell(standing)))
    }
    return out
  }

  private var standing: Standing? {
    guard let outage else { return nil }
    let view = OutageView(mode: outage.logic.mode.rawValue, brokersHere: outage.logic.isServing, elected: current.elected)
    let answering = watchedKeys.compactMap { peers[$0] }.filter(\.answers)
    return Standing(view: view, hello: hello, peers: answering.map { Standing.Peer(server: $0.server, boot: $0.boot) })
  }

  private mutating func react(_ event: Event, _ now: Now) -> [Directive] {
    switch event {
    case .started:
      startedAt = now.moment
      return (outage?.tell(.started, now) ?? []) + round(now)
    case .due: return round(now)
    case .configuration(let view):
      let before = ownID
      let learned = learn(view, now)
      return learned + (ownID == before ? [] : [.answerPeers(hello)]) + probeAll(now, onlyNew: true) + decide(now)
    case .probed(let fqdn, let address, let result): return probed(fqdn, address, result, now) + decide(now)
    case .asked(let id): return [.answer(id, status(now))]
    case .recorded(let isElected, let isDone):
      isRecording = false
      recorded = isDone ? isElected : nil
      return []
    case .outage(let signal): return outage?.take(signal, now) ?? []
    }
  }

  private var isSelfElected: Bool { current.elected?.lowercased() == settings.fqdn.lowercased() }

  /// Once every `probeEvery`. The answer to peers is set anew each time: whatever happened to it, it is right again one round later.
  private mutating func round(_ now: Now) -> [Directive] {
    [.readConfiguration] + probeAll(now, onlyNew: false) + decide(now) + record() + (outage?.round(now) ?? []) + [
      .answerPeers(hello), .wait(until: now.moment + settings.probeEvery),
    ]
  }

  /// A write that failed is tried again one round later.
  private mutating func record() -> [Directive] {
    let isElected = isSelfElected
    guard !isRecording, recorded != isElected else { return [] }
    isRecording = true
    return [.record(isElected: isElected)]
  }

  private var hello: PeerHello? {
    guard let ownID else { return nil }
    let word = outage?.logic.word(at: seen)
    return PeerHello(
      fqdn: settings.fqdn, connectorID: ownID, boot: settings.boot, elected: current.elected, reachesCloud: word?.reachesCloud,
      mode: word?.mode.rawValue)
  }

  private mutating func learn(_ view: ConfigurationView, _ now: Now) -> [Directive] {
    if case .unavailable = view, let configuration, case .synced = configuration { return [] }
    // In every round, and nearly always the same.
    if configuration == view { return [] }
    configuration = view
    guard case .synced(let servers) = view else {
      ownID = nil
      peers = [:]
      sortedKeys = []
      watched = []
      return []
    }
    let own = settings.fqdn.lowercased()
    ownID = servers.first { $0.fqdn.lowercased() == own }?.uuid
    var learned: [String: Peer] = [:]
    for server in servers where server.fqdn.lowercased() != own {
      let key = server.fqdn.lowercased()
      if var known = peers[key], known.server.uuid == server.uuid {
        known.move(to: server)
        learned[key] = known
      } else {
        learned[key] = Peer(server: server, knownSince: now.moment)
      }
    }
    let changed = Set(learned.keys) != Set(peers.keys)
    peers = learned
    if changed { sortedKeys = learned.keys.sorted() }
    watched.formIntersection(learned.keys)
    return changed ? [.emit(.peersChanged(Election.sorted(servers.map(\.fqdn))))] : []
  }

  /// How many peers are watched at least, if there are so many: chosen. The election needs only the first by name that answers, so a large location
  /// costs each connector a handful of probes and not one for each of the others. In a lab of two hundred the first handshakes with the watched peers are
  /// most of all handshakes there are.
  static let width = 4

  /// Watches the first peers by name up to the fourth that answers or may still do so. A peer that comes to be watched starts afresh.
  private mutating func watch(_ now: Now) {
    var chosen: Set<String> = []
    var hopeful = 0
    for key in sortedKeys {
      guard hopeful < Self.width else { break }
      if !watched.contains(key) { peers[key]?.begin(at: now.moment) }
      chosen.insert(key)
      if let peer = peers[key], peer.answers || peer.isUnheard { hopeful += 1 }
    }
    watched = chosen
  }

  private var watchedKeys: [String] { watched.sorted() }

  /// Says hello to each watched peer that is not being asked already. Without an id of its own a connector cannot say who it is, so it asks nobody.
  private mutating func probeAll(_ now: Now, onlyNew: Bool) -> [Directive] {
    guard let hello else { return [] }
    watch(now)
    var out: [Directive] = []
    for key in watchedKeys {
      guard let peer = peers[key], !peer.isAsked, !(onlyNew && peer.wasAsked), let address = peer.server.peerAddress else { continue }
      peers[key]?.isAsked = true
      peers[key]?.wasAsked = true
      // Half of the time that a peer may be silent: two tries fit in it.
      out.append(.probe(fqdn: peer.server.fqdn, address: address, hello: hello, timeout: settings.peerTimeout / 2))
    }
    return out
  }

  private mutating func probed(_ fqdn: String, _ address: String, _ result: Result<PeerHello, PeerFailure>, _ now: Now) -> [Directive] {
    let key = fqdn.lowercased()
    guard let peer = peers[key], peer.server.peerAddress == address else { return [] }
    let noted = peers[key]?.note(result, at: now.moment) ?? []
    guard outage != nil, case .success(let hello) = result, peers[key]?.answers == true else { return noted }
    return noted + (outage?.tell(.peer(peer.server.fqdn, PeerWord(hello)), now) ?? [])
  }

  private mutating func decide(_ now: Now) -> [Directive] {
    var out: [Directive] = []
    if ownID != nil { for key in watchedKeys { out += peers[key]?.age(at: now.moment, timeout: settings.peerTimeout) ?? [] } }
    guard let next = choice(now) else { return out }
    let before = current.elected
    current = next
    if let elected = next.elected, elected != before {
      since = now.wall
      let isSelf = elected.lowercased() == settings.fqdn.lowercased()
      out.append(.emit(.connectorElected(elected, before: before, isSelf: isSelf, reason: next.reason, candidates: next.candidates)))
      out.append(.answerPeers(hello))
    }
    if let ours = current.elected {
      for key in watchedKeys { out += peers[key]?.compare(ours, at: now.moment, limit: settings.peerTimeout * 2) ?? [] }
    }
    return out
  }

  /// Nil while it is too early to choose.
  private func choice(_ now: Now) -> Election? {
    var situation = Election.Situation(own: settings.fqdn)
    let isPatient = startedAt.map { now.moment - $0 < settings.peerTimeout } ?? true
    switch configuration {
    case nil:
      if isPatient { return nil }
      situation.unsynced = "the configuration could not be read"
    case .neverSynced:
      if isPatient { return nil }
      situation.unsynced = "no configuration has been synced yet, so it knows no peer"
    case .unavailable(let reason):
      if isPatient { return nil }
      situation.unsynced = "the configuration cannot be read: \(reason)"
    case .synced:
      situation.isListed = ownID != nil
      let known = watchedKeys.compactMap { peers[$0] }
      // At first each peer is asked once before anyone is elected.
      if current.elected == nil, known.contains(where: { $0.isUnheard && now.moment - $0.knownSince < settings.peerTimeout }) { return nil }
      situation.answering = known.filter(\.answers).map(\.server.fqdn)
      situation.silent = known.filter { !$0.answers }.map { ($0.server.fqdn, $0.silenceText(now.moment)) }
    }
    return Election.decide(situation)
  }

  private func status(_ now: Now) -> HighAvailabilityStatus {
    var status = HighAvailabilityStatus(
      fqdn: settings.fqdn, elected: current.elected, isSelf: isSelfElected, reason: current.reason, since: since,
      candidates: current.candidates, peers: sortedKeys.compactMap { peers[$0]?.shown(now) })
    if let outage { status.show(outage, now) }
    return status
  }
}
