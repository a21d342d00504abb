package import CloudAPI
package import ConnectorSettings
package import EventCatalog
import Foundation
package import LinkIdentity
package import LinkTransport
package import NIOCore
import NIOPosix
import NIOSSL
import Synchronization
package import World

/// The connector's end of the link. It dials out, and nothing here ever listens.
///
/// `run` keeps an identity and a reversed connection for as long as its task lives; `ask` is the other direction, a connection for each question.
package final class LiveCloudLink: CloudLink {
  private struct State {
    var status: LinkStatus
    var identity: ConnectorIdentity?
    /// The stored identity does not do: register even though there is one.
    var registerAnew = false
    var skewNoticed = false
    /// The cloud has deleted this connector's record: the identity is kept to ask with, and is nobody's otherwise.
    var isDeleted = false
  }

  private let configuration: ConnectorConfiguration
  private let store: IdentityStore
  private let clock: any WorldClock
  private let random: any RandomSource
  private let events: any EventSink
  private let files: any Files
  private let version: String
  private let limits: LinkLimits
  private let group: any EventLoopGroup
  private let onChange: @Sendable (LinkStatus) -> Void
  private let state: Mutex<State>

  /// - Parameters:
  ///   - version: the connector's version, which it registers with.
  ///   - onChange: called after each change of the link's state, in order, from `run`'s task; `lastContact` alone is not a change.
  package init(
    configuration: ConnectorConfiguration, version: String, files: any Files, clock: any WorldClock, random: any RandomSource, events: any EventSink,
    limits: LinkLimits = LinkLimits(), group: any EventLoopGroup = MultiThreadedEventLoopGroup.singleton,
    onChange: @escaping @Sendable (LinkStatus) -> Void = { _ in }
  ) {
    self.configuration = configuration
    self.version = version
    self.files = files
    self.clock = clock
    self.random = random
    self.events = events
    self.limits = limits
    self.group = group
    self.onChange = onChange
    store = IdentityStore(stateDirectory: configuration.state.directory, files: files)
    state = Mutex(State(status: LinkStatus(state: .connecting, since: clock.now().wall)))
  }

  package func status() -> LinkStatus { state.withLock { $0.status } }

  /// The connector's id in the public API; nil before it has registered, and once it has been deleted in the cloud.
  package var connectorID: String? { identityInUse?.id }

  /// What this connector proves itself with, also to its peers; nil before it has registered, and once it has been deleted in the cloud.
  package var credentials: LinkCredentials? { identityInUse?.credentials }

  private var identityInUse: ConnectorIdentity? { state.withLock { $0.isDeleted ? nil : $0.identity } }

  /// Keeps the link up until the task is cancelled; then it is closed and the state is `stopped`. Call it once at a time.
  package func run(answering handler: any LinkRequestHandler) async {
    load()
    let cloud = configuration.cloud
    var redial = Redial(
      backOff: BackOff(initial: cloud.backoffInitial.duration, max: cloud.backoffMax.duration), deletedRetry: cloud.deletedRetry.duration,
      isDeleted: state.withLock { $0.isDeleted })
    var reported: LinkFailure?
    while !Task.isCancelled {
      let began = clock.now().moment
      let failure: LinkFailure
      do {
        let identity = try await identity()
        if !redial.isDeleted { change(.connecting) }
        let session = try await dial(identity, handler)
        reported = nil
        redial.connected()
        let connectedAt = clock.now().moment
        connected(identity, after: connectedAt - began)
        let end = await serve(session, identity)
        events.emit(end.event(at: identity.linkAddress), from: nil)
        // A link that is replaced or refused again and again must not start over from the shortest wait.
        if clock.now().moment - connectedAt >= cloud.silenceLimit.duration { redial.lasted() }
        guard case .failed(let reason) = end else { continue }
        failure = reason
      } catch { failure = LinkFailure.of(error, at: cloud.url) }
      if Task.isCancelled { break }
      let next = redial.failed(failure.kind, random)
      state.withLock { $0.isDeleted = redial.isDeleted }
      let attempts = redial.backOff.attempts
      if next.isNews { report(failure, attempt: attempts, &reported) }
      events.emit(.linkBackingOff(attempt: attempts, kind: failure.kind.rawValue, wait: Int(next.wait.nanoseconds / 1_000_000)), from: nil)
      change(next.state, failure: next.isNews ? failure : nil, attempts: attempts)
      try? await clock.sleep(for: next.wait)
    }
    change(.stopped)
  }

  package func ask(_ request: LinkRequest) async throws -> LinkResponse {
    let (known, isDeleted) = state.withLock { ($0.identity, $0.isDeleted) }
    if isDeleted { throw LinkFailure(.connectorDeleted, "this connector was deleted in the cloud") }
    guard let identity = known, let address = LinkAddress(identity.linkAddress) else {
      throw LinkFailure(.closed, "this connector has not registered yet")
    }
    let tls: NIOSSLContext
    do { tls = try LinkTLS.client(authorityPEM: identity.authorityPEM, own: identity.credentials, protocols: ["http/1.1"]) } catch {
      throw LinkFailure(.certificateUntrusted, "\(error)")
    }
    let response = try await HTTPAsk.ask(
      request, at: address, tls: tls, connectWithin: configuration.cloud.connectTimeout.duration,
      answerWithin: configuration.cloud.requestTimeout.duration, limits: limits, on: group)
    touch()
    hear(response.headers)
    return response
  }
}

// MARK: - The identity

extension LiveCloudLink {
  private func load() {
    switch store.load(at: clock.now().wall) {
    case .none: break
    case .corrupt(let detail, let movedTo):
      events.emit(.linkIdentityCorrupt(path: store.path, movedTo: movedTo ?? "nowhere", detail: detail), from: nil)
    case .identity(let identity):
      let wanted = configuration.connector
      guard identity.customer == wanted.customer, identity.fqdn == wanted.fqdn, identity.resourceLocation == wanted.resourceLocation else {
        let configured = "\(wanted.fqdn) of customer \(wanted.customer) in location \(wanted.resourceLocation)"
        events.emit(.linkIdentitySuperseded(stored: identity.origin, configured: configured), from: nil)
        return
      }
      state.withLock { $0.identity = identity }
    }
  }

  /// The identity to dial with: the stored one while it is good, otherwise a new one. Throws `LinkFailure`.
  private func identity() async throws -> ConnectorIdentity {
    let (stored, anew, isDeleted) = state.withLock { ($0.identity, $0.registerAnew, $0.isDeleted) }
    // Whoever deleted it did not want it back by itself.
    if let stored, isDeleted { return stored }
    guard let stored, !anew else { return try await register() }
    let now = clock.now().wall
    guard let facts = try? stored.check(), now < facts.notAfter else { return try await register() }
    if now < facts.notBefore {
      throw LinkFailure(.clockSkew, "this machine's clock says \(now), which is before its certificate begins (\(facts.notBefore))")
    }
    // In the last third of its life it is renewed once it has connected: a connector that was deleted must hear so, not register anew.
    return stored
  }

  private func register() async throws -> ConnectorIdentity {
    change(.registering)
    let identity = try await obtain()
    events.emit(
      .linkRegistered(cloud: configuration.cloud.url, connectorID: identity.id, resourceLocation: identity.resourceLocationName), from: nil)
    return identity
  }

  private func renewed(_ stored: ConnectorIdentity, _ facts: CertificateFacts) async throws -> ConnectorIdentity {
    do {
      let identity = try await obtain()
      let new = try identity.check()
      events.emit(.linkRenewed(serial: new.serial, notAfter: new.notAfter.iso8601(fraction: 0)), from: nil)
      return identity
    } catch {
      let failure = LinkFailure.of(error, at: configuration.cloud.url)
      events.emit(
        .linkRenewalFailed(notAfter: facts.notAfter.iso8601(fraction: 0), kind: failure.kind.rawValue, detail: failure.detail), from: nil)
      throw failure
    }
  }

  /// Registers and keeps what comes of it; a disk that refuses it is reported, and the identity is used all the same.
  private func obtain() async throws -> ConnectorIdentity {
    let registrar = Registrar(configuration: configuration, version: version, files: files, clock: clock, group: group) { [self] in hear($0) }
    let identity = try await registrar.register()
    do { try store.save(identity) } catch {
      events.emit(.linkIdentityNotSaved(path: store.path, detail: "\(error)"), from: nil)
    }
    state.withLock {
      $0.identity = identity
      $0.registerAnew = false
    }
    touch()
    return identity
  }
}

// MARK: - The connection

extension LiveCloudLink {
  private enum End: Sendable {
    case failed(LinkFailure)
    case renewed, stopping

    func event(at cloud: String) -> Event {
      switch self {
      case .failed(let failure): .linkDisconnected(cloud: cloud, kind: failure.kind.rawValue, reason: failure.detail)
      case .renewed: .linkLeft(cloud: cloud, reason: "the certificate was renewed; the connector dials with the new one")
      case .stopping: .linkLeft(cloud: cloud, reason: "the connector is stopping")
      }
    }
  }

  private func dial(_ identity: ConnectorIdentity, _ handler: any LinkRequestHandler) async throws -> LinkSession {
    guard let address = LinkAddress(identity.linkAddress) else {
      throw LinkFailure(.protocolViolation, "'\(identity.linkAddress)' is not the address of a link")
    }
    let tls: NIOSSLContext
    do {
      tls = try LinkTLS.client(authorityPEM: identity.authorityPEM, own: identity.credentials, protocols: [ConnectorPaths.linkProtocol])
    } catch { throw LinkFailure(.certificateUntrusted, "\(error)") }
    let cloud = configuration.cloud
    return try await LinkSession.dial(
      address, tls: tls, within: cloud.connectTimeout.duration, silence: cloud.silenceLimit.duration, limits: limits, on: group, answering: handler
    ) { [self] in touch() }
  }

  /// Returns when the connection has ended: by itself, by this task's cancellation, or because a new certificate is there.
  private func serve(_ session: LinkSession, _ identity: ConnectorIdentity) async -> End {
    await withTaskGroup(of: End?.self) { group in
      group.addTask { .failed(await session.ended()) }
      group.addTask { await self.renewWhenDue(identity) ? .renewed : nil }
      defer {
        group.cancelAll()
        session.close()
      }
      for await end in group {
        if Task.isCancelled { return .stopping }
        if let end { return end }
      }
      return .stopping
    }
  }

  /// True when a new identity is there; false when the task is cancelled.
  private func renewWhenDue(_ identity: ConnectorIdentity) async -> Bool {
    guard let facts = try? identity.check() else { return false }
    var wait = max(.zero, facts.renewAt - clock.now().wall)
    while true {
      // A long sleep would not see the wall clock step.
      let slice = min(wait, .seconds(3600))
      do { try await clock.sleep(for: slice) } catch { return false }
      wait = facts.renewAt - clock.now().wall
      if wait > .zero { continue }
      if (try? await renewed(identity, facts)) != nil { return true }
      wait = max(.seconds(1), random.jitter(configuration.cloud.backoffMax.duration))
    }
  }

  private func connected(_ identity: ConnectorIdentity, after elapsed: Duration) {
    state.withLock { $0.isDeleted = false }
    change(.connected)
    events.emit(.linkConnected(cloud: identity.linkAddress, elapsed: Int(elapsed.nanoseconds / 1_000_000)), from: nil)
  }

  /// The same failure again and again is one event; each new one is its own.
  private func report(_ failure: LinkFailure, attempt: Int, _ reported: inout LinkFailure?) {
    if failure.kind.registersAnew { state.withLock { $0.registerAnew = true } }
    guard reported != failure else { return }
    reported = failure
    let cloud = state.withLock { $0.identity?.linkAddress } ?? configuration.cloud.url
    events.emit(.linkFailed(failure.kind.definition, cloud: cloud, attempt: attempt, detail: failure.detail), from: nil)
  }
}

// MARK: - The status

extension LiveCloudLink {
  private func change(_ new: LinkStatus.State, failure: LinkFailure? = nil, attempts: Int? = nil) {
    let now = clock.now().wall
    let status = state.withLock { state -> LinkStatus in
      state.status.state = new
      state.status.since = now
      if new == .connected { state.status.lastContact = now }
      if new == .connected || failure != nil { state.status.failure = failure }
      if new == .connected { state.status.attempts = 0 }
      if let attempts { state.status.attempts = attempts }
      return state.status
    }
    onChange(status)
  }

  private func touch() {
    let now = clock.now().wall
    state.withLock { $0.status.lastContact = now }
  }

  /// Compares the clock with the cloud's; a skew beyond the limit is noticed once, until it is gone.
  private func hear(_ headers: [String: String]) {
    guard let theirs = ClockSkew.time(in: headers) else { return }
    let skew = theirs - clock.now().wall
    let size = skew < .zero ? .zero - skew : skew
    let beyond = size > configuration.cloud.clockSkewLimit.duration
    let news = state.withLock { state in
      defer { state.skewNoticed = beyond }
      return beyond && !state.skewNoticed
    }
    if news { events.emit(.linkClockSkewNoticed(skew: Int(skew.nanoseconds / 1_000_000)), from: nil) }
  }
}
