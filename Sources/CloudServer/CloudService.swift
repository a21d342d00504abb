package import CloudAPI
import CloudStore
package import EventCatalog
package import SimulatedCloud
package import World

/// The shell of the cloud: owns `CloudLogic`, saves what it says, and speaks to connectors through the ports. Its HTTP server and the acceptor of links are
/// clients of it.
///
/// A request that changes something is answered only when it is saved; when that fails, the change is undone and the asker gets 503. What connectors do
/// (links, heartbeats) is not undone: what of it could not be saved is saved with the next request.
package actor CloudService {
  package struct Ports: Sendable {
    package var clock: any WorldClock
    package var random: any RandomSource
    package var events: any EventSink
    package var certificates: any CertificateSigning
    package var store: any CloudPersistence
    /// Nil: nothing is ever published.
    package var releases: (any ReleaseListing)?

    package init(
      clock: any WorldClock, random: any RandomSource, events: any EventSink, certificates: any CertificateSigning, store: any CloudPersistence,
      releases: (any ReleaseListing)? = nil
    ) {
      self.clock = clock
      self.random = random
      self.events = events
      self.certificates = certificates
      self.store = store
      self.releases = releases
    }
  }

  package let ports: Ports
  package let settings: CloudSettings
  private var logic: CloudLogic
  /// The reversed links and the address that connectors dial; nil until the acceptor listens.
  var links: (any ConnectorLinks)?
  var linkAddress: String?
  var heartbeats: [String: (link: UInt64, task: Task<Void, Never>)] = [:]
  var served: [String: (revision: Int, body: [UInt8])] = [:]
  let history = ConfigurationHistory()
  /// The brokers of locations that were asked for one. What they know is in memory only: after a restart of the cloud machines register anew.
  var brokers: [BrokerPlace: CloudBroker] = [:]
  private var unsaved: [CloudRecordKey: CloudDirective] = [:]
  private var storeFailing = false
  private var listeners: [Int: AsyncStream<CloudChange>.Continuation] = [:]
  private var lastListener = 0
  private var timer: Task<Void, Never>?
  private var wakesAt: Moment?
  var stopped = false
  /// What was published when it was last looked at, and what was wrong then.
  var releasesMark: String?
  var releasesProblem: String?
  var nextLook: Moment?
  /// Orders of the rollout coordinator that are on their way, those that wait until the coordinator's state is saved, and those that did not arrive.
  var orders: [String: [WaitingOrder]] = [:]
  var ordering: [String: Task<Void, Never>] = [:]
  private var unsavedOrders: [(String, WaitingOrder)] = []
  var undelivered: [String: WaitingOrder] = [:]

  /// An order, and when it was made: the lease lasts less long when it is sent.
  struct WaitingOrder {
    var command: UpdateCommand
    var since: Moment
  }

  /// - Parameter records: what the store held when it was opened.
  package init(settings: CloudSettings, records: [CloudRecord], ports: Ports) {
    self.settings = settings
    self.ports = ports
    logic = CloudLogic(settings: settings)
    let dropped = logic.load(records, at: ports.clock.now())
    if dropped > 0 { ports.events.emit(.cloudRecordsDropped(count: dropped, detail: "they belong to a customer that is not there"), from: nil) }
  }

  /// The acceptor listens at `address` (`host:port`): from now on connectors can register.
  package func use(_ links: any ConnectorLinks, address: String) {
    self.links = links
    linkAddress = address
  }

  /// Starts to watch leases, updates and what is published; without it nothing runs out.
  package func start() async {
    guard timer == nil, !stopped else { return }
    arm()
    _ = try? await lookAtReleases(always: true)
  }

  private func arm() {
    timer?.cancel()
    let now = ports.clock.now()
    let atMost = settings.leaseLength / 3
    // Every deadline of a lease lies at least one lease ahead when it comes up, so waking three times within a lease misses none.
    let due = [nextDeadline, dueMoment(now)].compactMap(\.self).min() ?? now.moment + atMost
    let wake = min(max(due, now.moment + .milliseconds(20)), now.moment + atMost)
    wakesAt = wake
    timer = Task { [clock = ports.clock] in
      do { try await clock.sleep(until: wake) } catch { return }
      await self.wake()
    }
  }

  private func wake() async {
    guard !Task.isCancelled, !stopped else { return }
    wakesAt = nil
    _ = handle(.tick, undoable: false)
    if let nextLook, nextLook <= ports.clock.now().moment { _ = try? await lookAtReleases(always: false) }
    guard !Task.isCancelled, !stopped else { return }
    arm()
  }

  /// When the coordinator of updates has something to do, on the clock that sleeps: wall time may be set meanwhile, and is looked at again at each waking.
  private func dueMoment(_ now: Now) -> Moment? { logic.nextUpdateDue.map { now.moment + ($0 - now.wall) } }

  /// Ends heartbeats, lease watching and all streams of changes.
  package func stop() async {
    stopped = true
    timer?.cancel()
    let running = [timer].compactMap { $0 } + heartbeats.values.map(\.task) + ordering.values
    for beat in heartbeats.values { beat.task.cancel() }
    for order in ordering.values { order.cancel() }
    for task in running { await task.value }
    timer = nil
    heartbeats = [:]
    for broker in brokers.values { await broker.stop() }
    brokers = [:]
    for listener in listeners.values { listener.finish() }
    listeners = [:]
  }

  /// For an authority that does not keep them itself: give them to it at the start.
  package var revokedSerials: Set<String> { logic.revokedSerials }

  private var nextDeadline: Moment? { logic.nextDeadline }

  /// Everything that the lab's table shows differently from now on; ends when the service stops. A listener that does not read loses the oldest beyond 4096.
  package func changes() -> AsyncStream<CloudChange> {
    let (stream, continuation) = AsyncStream.makeStream(of: CloudChange.self, bufferingPolicy: .bufferingNewest(4096))
    guard !stopped else {
      continuation.finish()
      return stream
    }
    lastListener += 1
    let number = lastListener
    listeners[number] = continuation
    continuation.onTermination = { _ in Task { await self.forget(listener: number) } }
    return stream
  }

  private func forget(listener number: Int) { listeners[number] = nil }

  package func state() -> LabState { logic.state(at: ports.clock.now()) }

  /// The location whose broker a connector asks, with its configuration.
  func brokering(for peer: LinkPeer) throws(CloudRefusal) -> (location: String, configuration: ConfigurationRecord?) {
    try logic.brokering(for: peer)
  }
  func configuration(of place: BrokerPlace) -> ConfigurationRecord? { logic.configuration(customer: place.customer, location: place.location) }

  /// Handles a request that someone waits for, drops the links that it ends, and returns its answer. Never throws: refusals are answers.
  package func ask(_ request: CloudRequest) async -> CloudAnswer {
    let (answer, drops) = handle(request, undoable: true)
    for (connector, reason) in drops { await links?.drop(connector, reason: reason) }
    return answer
  }

  /// Handles what has happened to connectors.
  func note(_ request: CloudRequest) { _ = handle(request, undoable: false) }

  /// Both halves of a registration with the signature between them, in one step of the actor, so that two at once cannot mix.
  func register(_ call: RegistrationCall, certificateRequest: String) async -> Result<(RegistrationGrant, certificate: String), CloudRefusal> {
    let first = handle(.register(call), undoable: true).answer
    guard case .grant(let grant) = first else { return .failure(Self.refusal(in: first)) }
    let signed: (certificatePEM: String, serial: String)
    do {
      signed = try ports.certificates.sign(
        requestPEM: certificateRequest, connectorID: grant.connector, customer: grant.customer, fqdn: grant.fqdn)
    } catch {
      let refused = handle(.registrationFailed(grant, detail: "the certificate request cannot be signed: \(error)"), undoable: true).answer
      return .failure(Self.refusal(in: refused))
    }
    let (second, drops) = handle(.registered(grant, serial: signed.serial), undoable: true)
    guard case .grant(let final) = second else {
      ports.certificates.revoke(serial: signed.serial)
      return .failure(Self.refusal(in: second))
    }
    for (connector, reason) in drops { await links?.drop(connector, reason: reason) }
    return .success((final, certificate: signed.certificatePEM))
  }

  private static func refusal(in answer: CloudAnswer) -> CloudRefusal {
    if case .refused(let refusal) = answer { refusal } else { CloudRefusal(.unavailable, "the cloud did not expect its own answer") }
  }

  /// The directives of one request: first saved, then carried out.
  private func handle(_ request: CloudRequest, undoable: Bool) -> (answer: CloudAnswer, drops: [(String, String)]) {
    let before = undoable ? logic : nil
    let now = ports.clock.now()
    let outcome = logic.handle(request, at: now)
    let records = outcome.directives.compactMap { directive -> (CloudRecordKey, CloudDirective)? in
      switch directive {
      case .save(let record): (record.key, directive)
      case .remove(let key): (key, directive)
      default: nil
      }
    }
    if !records.isEmpty || !unsaved.isEmpty {
      var all = unsaved
      for (key, directive) in records { all[key] = directive }
      do {
        try ports.store.commit(Array(all.values))
        unsaved = [:]
        storeFailing = false
      } catch {
        if !storeFailing { ports.events.emit(.cloudStoreFailed(detail: error.description), from: nil) }
        storeFailing = true
        if let before, !records.isEmpty {
          logic = before
          return (
            .refused(CloudRefusal(.unavailable, "the cloud could not save this (\(error.detail)), so nothing was changed; try again later")), []
          )
        }
        unsaved = all
      }
    }
    let drops = carryOut(outcome.directives, made: now.moment)
    // Fencing tokens never go back: an order leaves only when the state that it came from is saved.
    if unsaved.isEmpty {
      for (connector, order) in unsavedOrders { send(order, to: connector) }
      unsavedOrders = []
    }
    if timer != nil, let wakesAt, let due = dueMoment(ports.clock.now()), due < wakesAt { arm() }
    return (outcome.answer, drops)
  }

  private func carryOut(_ directives: [CloudDirective], made: Moment) -> [(String, String)] {
    var drops: [(String, String)] = []
    for directive in directives {
      switch directive {
      case .save, .remove: continue
      case .emit(let event): ports.events.emit(event, from: nil)
      case .changed(let change): for listener in listeners.values { listener.yield(change) }
      case .revoke(let serial): ports.certificates.revoke(serial: serial)
      case .order(let connector, let command): unsavedOrders.append((connector, WaitingOrder(command: command, since: made)))
      case .dropLink(let connector, let reason): drops.append((connector, reason))
      }
    }
    return drops
  }
}
