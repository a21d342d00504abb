import CloudAPI
import Evergreen
import Releases
import World

/// The connector's side of an update, as a value: what the cloud orders under a lease goes in, what to do comes out. It hosts `UpdateLogic`, and it holds the
/// lease: what an older token asks is not done, and when the lease is over the connector is out of maintenance, whatever it hears. It stands where the
/// connector's own service stands, and can be replaced by it: a command and events in, actions out, `Kept` on the disk.
struct ConnectorUpdater: Sendable {
  /// What must survive the process.
  struct Kept: Hashable, Sendable {
    /// The highest token that was ever seen.
    var highest: UInt64 = 0
    /// Of the lease that is held.
    var token: UInt64?
    /// By the machine's own wall clock, for after a start of the machine.
    var expires = WallTime(seconds: 0)
    /// When it ends by the machine's own clock that nobody sets: the length that the cloud gave it, from its arrival on. A wall clock that is wrong by
    /// minutes would end it at once, or keep it while another connector has the next one.
    var ends = Moment(nanoseconds: 0)
    var length = Duration.zero
    /// Which start of the machine `ends` counts from.
    var machineStart: UInt32 = 0
    var isRestart = false
    /// What the lease is for; nil while it drains.
    var target: ReleaseVersion?
    /// The order to try the target was given.
    var isActivated = false
    /// The cloud wants it back on what it ran before.
    var mustGoBack = false
    /// Under this lease the cloud has ordered the way back.
    var isOrderedBack = false
    var standing: UpdateStanding?
  }
  enum Input: Sendable {
    case command(UpdateCommand)
    case drained
    case event(UpdateLogic.Event)
    /// A process of this connector has started and is ready.
    case started(UpdateFact.Role, SlotName, generation: UInt64, reason: String, afterRestart: Bool, machineStart: UInt32)
    case leaseEnded(token: UInt64)
  }
  enum Action: Sendable {
    case perform(UpdateLogic.Directive, token: UInt64)
    /// Into maintenance.
    case drain
    /// Out of maintenance.
    case serve
    case restartMachine
    /// The standing has changed: tell the cloud now.
    case tell
    /// Look at the lease again after so long.
    case wake(Duration, token: UInt64)
    case ignored(String)
  }

  var kept: Kept
  private var machineStart: UInt32 = 0
  /// At most one, in an array so that an idle connector does not carry it.
  private var hosted: [UpdateLogic] = []
  private let ground: Ground
  private var settings: UpdateSettings { ground.settings }
  private var mutant: Mutant? { ground.mutant }

  /// What all updaters of a run share.
  final class Ground: Sendable {
    let settings: UpdateSettings
    let mutant: Mutant?
    let catalog: Catalog

    init(_ settings: UpdateSettings, _ mutant: Mutant?, _ catalog: Catalog) {
      self.settings = settings
      self.mutant = mutant
      self.catalog = catalog
    }
  }

  init(_ kept: Kept, _ ground: Ground) {
    self.kept = kept
    self.ground = ground
  }

  /// Length and digest come from signed metadata, never from the cloud's order.
  private func order(_ version: ReleaseVersion) -> UpdateOrder.Bundle {
    UpdateOrder.Bundle(sha256: ground.catalog.bundle(ground.catalog.number(of: version) ?? 0), length: 40_000_000)
  }

  var state: UpdateLogic.State { hosted.first?.state ?? .idle }
  private var isActing: Bool { hosted.first.map { !$0.state.isTerminal } ?? false }

  mutating func handle(_ input: Input, at now: Now) -> [Action] {
    switch input {
    case .command(let command): return obey(command, at: now)
    case .drained:
      guard let token = kept.token, kept.target == nil, !kept.isRestart else { return [] }
      return stand(.drained, token)
    case .event(let event): return feed(event, at: now)
    case .started(let role, let slot, let generation, let reason, let afterRestart, let start):
      machineStart = start
      return started(role, slot, generation, reason, afterRestart, at: now)
    case .leaseEnded(let token):
      guard token == kept.token, mutant != .leaseWithoutExpiry else { return [] }
      guard isOver(now) else { return [.wake(max(.seconds(10), kept.ends - now.moment), token: token)] }
      return leave("its lease is over", at: now)
    }
  }

  private func isOver(_ now: Now) -> Bool { mutant == .leaseOnWallClock ? now.wall >= kept.expires : now.moment >= kept.ends }

  /// The cloud says how long the lease still lasts: what it said last holds, and what moves the end by two seconds or less says nothing new.
  private mutating func last(_ command: UpdateCommand, at now: Now) -> [Action] {
    let length = Duration.seconds(command.lasts ?? 0)
    let ends = mutant == .leaseOnWallClock ? now.moment + ((command.expires ?? now.wall) - now.wall) : now.moment + length
    let change = ends - kept.ends
    guard kept.length == .zero || change > .seconds(2) || change < .seconds(-2) else { return [] }
    kept.length = length
    kept.expires = mutant == .leaseOnWallClock ? command.expires ?? now.wall : now.wall + length
    kept.ends = ends
    kept.machineStart = machineStart
    return [.wake(kept.ends - now.moment, token: command.token)]
  }

  // MARK: Commands

  private mutating func obey(_ command: UpdateCommand, at now: Now) -> [Action] {
    if mutant != .fencingTokenIgnored, command.token < kept.highest { return [.ignored("token \(command.token) is older than \(kept.highest)")] }
    switch command.action {
    case .enterMaintenance, .restartMachine:
      if command.token == kept.token, mutant != .replayedCommandTwice { return kept.target == nil ? last(command, at: now) : [] }
      // The lease of a token that was seen before is over.
      if command.token == kept.highest, mutant != .replayedCommandTwice, mutant != .fencingTokenIgnored { return [.ignored("it was acted on")] }
      return begin(command, at: now)
    case .install: return install(command, at: now)
    case .rollBack: return goBack(command, at: now)
    case .leaveMaintenance:
      kept.highest = max(kept.highest, command.token)
      guard let token = kept.token, token <= command.token else { return [] }
      return leave("the cloud ended its lease", at: now)
    }
  }

  private mutating func begin(_ command: UpdateCommand, at now: Now) -> [Action] {
    var actions: [Action] = []
    if kept.token != nil { actions += leave("a newer lease replaced it", at: now) }
    kept = Kept(highest: max(kept.highest, command.token), token: command.token)
    kept.isRestart = command.action == .restartMachine
    actions += last(command, at: now)
    if kept.isRestart { return actions + stand(.restarting, command.token) + [.restartMachine] }
    return actions + [.drain]
  }

  private mutating func install(_ command: UpdateCommand, at now: Now) -> [Action] {
    guard command.token == kept.token, !kept.isRestart, let version = command.version.flatMap({ ReleaseVersion($0) }) else {
      return [.ignored("no such lease")]
    }
    // Ordered back already: an earlier step says nothing of now.
    if kept.isOrderedBack { return [] }
    let prolonged = last(command, at: now)
    if kept.target == version, mutant != .replayedCommandTwice { return prolonged }
    if isActing, mutant != .replayedCommandTwice { return prolonged }
    kept.target = version
    var actions = prolonged
    actions += stand(.installing, command.token, version)
    hosted = [UpdateLogic(settings)]
    return actions + feed(.order(UpdateOrder(command: "lease \(command.token)", version: version, bundle: order(version))), at: now)
  }

  private mutating func goBack(_ command: UpdateCommand, at now: Now) -> [Action] {
    guard let token = kept.token, token == command.token else { return [.ignored("no such lease")] }
    kept.isOrderedBack = true
    _ = last(command, at: now)
    let wake = Action.wake(kept.ends - now.moment, token: token)
    switch state {
    case .trial, .committed: return [wake] + feed(.rollBackAsked(command: "lease \(token) back", reason: "the cloud asks for it"), at: now)
    case .rollingBack, .rolledBack: return [wake]
    case .committing: return [wake]
    case .activating:
      kept.mustGoBack = true
      return [wake]
    case .idle, .checking, .downloading, .verified, .installed, .failed:
      if case .committed = kept.standing?.stage {
        hosted = [UpdateLogic(settings)]
        return [wake] + feed(.rollBackAsked(command: "lease \(token) back", reason: "the cloud asks for it"), at: now)
      }
      // It never came to a trial: what ran before runs.
      hosted = []
      return [wake, .serve] + stand(.rolledBack, token, kept.target)
    }
  }

  /// Nothing further under this lease.
  private mutating func leave(_ why: String, at now: Now) -> [Action] {
    let state = state
    var actions: [Action] = []
    let wasRestart = kept.isRestart
    if state == .activating { kept.mustGoBack = true }
    kept.token = nil
    kept.target = nil
    kept.standing = nil
    kept.isRestart = false
    switch state {
    case .trial:
      if mutant != .trialGoesOnWithoutLease {
        actions += feed(.rollBackAsked(command: "lease \(kept.highest) over", reason: why), at: now)
      }
    case .activating, .committing, .rollingBack: break
    default: hosted = []
    }
    if !wasRestart { actions.append(.serve) }
    return actions
  }

  // MARK: The update

  private mutating func feed(_ event: UpdateLogic.Event, at now: Now) -> [Action] {
    var actions: [Action] = []
    var events = [event]
    while !events.isEmpty, !hosted.isEmpty {
      for directive in hosted[0].handle(events.removeFirst(), at: now) {
        switch directive {
        // The lease is the permission.
        case .askPermission:
          let isHeld = kept.token != nil && !isOver(now) && !kept.mustGoBack
          events.append(isHeld ? .granted : .notNow("its lease is over"))
        case .givePermissionBack: break
        case .changed(let state, let reason): actions += changed(state, reason)
        case .activate:
          kept.isActivated = true
          actions.append(.perform(directive, token: kept.highest))
        default: actions.append(.perform(directive, token: kept.highest))
        }
      }
    }
    return actions
  }

  private mutating func changed(_ state: UpdateLogic.State, _ reason: String) -> [Action] {
    guard let token = kept.token else { return [] }
    switch state {
    case .trial: return stand(.trial, token, kept.target, reason)
    case .rollingBack: return stand(.rollingBack, token, kept.target, reason)
    // What is over is over: it serves again without being told, because the word that ends its lease may be lost while the next one begins.
    case .committed: return [.serve] + stand(.committed, token, kept.target, reason)
    case .rolledBack: return [.serve] + stand(.rolledBack, token, kept.target, reason)
    case .failed: return [.serve] + stand(.failed, token, kept.target, reason)
    default: return []
    }
  }

  private mutating func stand(_ stage: UpdateStanding.Stage, _ token: UInt64, _ version: ReleaseVersion? = nil, _ reason: String = "") -> [Action] {
    let standing = UpdateStanding(token: token, stage: stage, version: version?.text, reason: reason)
    guard kept.standing != standing else { return [] }
    kept.standing = standing
    return [.tell]
  }

  // MARK: A new process

  private mutating func started(
    _ role: UpdateFact.Role, _ slot: SlotName, _ generation: UInt64, _ reason: String, _ afterRestart: Bool, at now: Now
  ) -> [Action] {
    resumeLease(at: now)
    if let token = kept.token, isOver(now), mutant != .leaseWithoutExpiry {
      kept.token = nil
      kept.standing = nil
      return [.ignored("lease \(token) ended while nobody ran")] + resume(role, slot, generation, reason, afterRestart, at: now)
    }
    let wake = kept.token.map { [Action.wake(kept.ends - now.moment, token: $0)] } ?? []
    return wake + resume(role, slot, generation, reason, afterRestart, at: now)
  }

  /// After a start of the machine only its wall clock tells what has passed; but the lease does not last longer than its whole length from here.
  private mutating func resumeLease(at now: Now) {
    guard kept.token != nil, kept.machineStart != machineStart, mutant != .leaseOnWallClock else { return }
    kept.ends = now.moment + max(.zero, min(kept.expires - now.wall, kept.length))
    kept.machineStart = machineStart
  }

  private mutating func resume(
    _ role: UpdateFact.Role, _ slot: SlotName, _ generation: UInt64, _ reason: String, _ afterRestart: Bool, at now: Now
  ) -> [Action] {
    if role == .trial {
      hosted = [UpdateLogic(settings)]
      let order = UpdateOrder(command: "lease \(kept.highest)", version: slot.version, bundle: order(slot.version))
      let isHeld = kept.token != nil && !kept.mustGoBack
      let actions = feed(.trialBegan(order, slot, generation: generation), at: now)
      if isHeld || mutant == .trialGoesOnWithoutLease || mutant == .leaseWithoutExpiry { return actions }
      return actions + feed(.rollBackAsked(command: "lease \(kept.highest) over", reason: "it has no lease"), at: now)
    }
    kept.mustGoBack = false
    guard let token = kept.token else { return [.serve] }
    if kept.isRestart { return afterRestart ? stand(.restarted, token) : [.restartMachine] }
    guard let target = kept.target else { return [.drain] }
    if slot.version == target { return [.serve] + stand(.committed, token, target) }
    return [.serve] + stand(kept.isActivated ? .rolledBack : .failed, token, target, reason)
  }
}
