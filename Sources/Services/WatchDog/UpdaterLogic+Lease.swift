import AgentSystem
import CloudAPI
import EventCatalog
import Evergreen
import ServiceKit
import World

/// The cloud's orders, and the lease that they come under.
extension UpdaterLogic {
  mutating func ordered(_ id: RequestID, _ command: UpdateCommand, _ now: Now) -> [Directive] {
    guard isStarted else {
      return [Self.refuse(id, .unavailable, "the connector has just started and looks where its last update ended; order again in a moment")]
    }
    if let lease, command.token < lease.highest {
      return [Self.refuse(id, .denied, "the lease \(command.token) is stale: \(lease.highest) was given out since")]
    }
    if command.action == .leaveMaintenance { return leave(id, command, now) }
    guard let lasts = command.lasts, lasts <= UpdateCommand.longest else {
      let got = command.lasts.map { "; got \($0)" } ?? ""
      return [
        Self.refuse(
          id, .badRequest,
          "\(command.action.rawValue) needs 'lasts', the seconds that the lease still lasts, at most \(UpdateCommand.longest)\(got)")
      ]
    }
    guard lasts > 0 else { return [Self.refuse(id, .denied, "the lease \(command.token) was over when this order was sent")] }
    let version = command.version.flatMap { ReleaseVersion($0) }
    if command.action == .install, version == nil {
      return [Self.refuse(id, .badRequest, "install needs 'version', four numbers; got '\(ReasonText(command.version ?? "").text)'")]
    }
    if command.token == lease?.token { return again(id, command.action, version, lasts, now) }
    if let lease, command.token == lease.highest { return [Self.refuse(id, .denied, "the cloud has ended the lease \(command.token)")] }
    if isUnknown {
      return [
        Self.refuse(id, .unavailable, "what became of the update under lease \(lease?.token ?? 0) is not known yet; order again in some minutes")
      ]
    }
    if isTrying {
      return [Self.refuse(id, .unavailable, "the release \(settings.version) is on trial under another lease; order again when it has ended")]
    }
    return take(id, command, version, lasts, now)
  }

  /// From an order to try a release to its end: what the end of a lease does not stop.
  var isTrying: Bool { [.activating, .trial, .committing, .rollingBack].contains(update.state) }
  private var isBusy: Bool { isFinding || !update.state.isTerminal }

  private mutating func take(
    _ id: RequestID, _ command: UpdateCommand, _ version: ReleaseVersion?, _ lasts: Int, _ now: Now
  ) -> [Directive] {
    let left = answerAll()
    forgetUpdate()
    var next = UpdateLease(
      token: command.token, expires: now.wall + .seconds(lasts), action: command.action, boot: settings.boot,
      term: LeaseTerm(lasts, from: now, on: settings.machine))
    next.version = version
    lease = next
    unwritten = nil
    isEntering = true
    waiting = [id]
    return left + [
      .emit(
        .evergreenLeaseTaken(token: Int(clamping: command.token), action: command.action.rawValue, until: next.expires.iso8601(fraction: 0))),
      wakeForLease(next, now),
    ]
  }

  /// Looked at once a minute at least: who sleeps until a moment sleeps on while the machine does, and the lease does not. Not on the full minute, where
  /// the looks of a trial are.
  func wakeForLease(_ lease: UpdateLease, _ now: Now) -> Directive {
    .wake(.lease(lease.token), after: min(.seconds(53), max(.zero, lease.left(at: now))))
  }

  /// A further order under the same lease, or one that came before. Whatever is new of it is on the disk before it is acted on.
  private mutating func again(
    _ id: RequestID, _ action: UpdateCommand.Action, _ version: ReleaseVersion?, _ lasts: Int, _ now: Now
  ) -> [Directive] {
    // An order of an earlier step was long on its way: it says nothing of now, nor of how long the lease lasts.
    guard let held = lease, held.isHeld, action.step >= held.action.step else { return [answer(id)] }
    lease?.last(lasts, from: now, on: settings.machine)
    if isEntering || (unwritten != nil && held.action == action && held.version == version) {
      waiting.append(id)
      return []
    }
    guard unwritten == nil else { return [Self.refuse(id, .unavailable, "another order is being written down; order again in a moment")] }
    switch action {
    case .enterMaintenance, .leaveMaintenance: return [answer(id)]
    case .install:
      // One that is drained still was about to begin when its process ended.
      if held.action == .install, held.version == version, held.stage != .drained { return [answer(id)] }
      guard !isBusy else {
        return [Self.refuse(id, .unavailable, "the update to \(held.version?.text ?? "another version") is under way; order again when it has ended")]
      }
      lease?.version = version
    case .rollBack:
      if held.action == .rollBack, let stage = held.stage, [.rollingBack, .rolledBack, .failed].contains(stage) { return [answer(id)] }
    case .restartMachine: if held.action == .restartMachine { return [answer(id)] }
    }
    lease?.action = action
    guard held.action == action, held.version == lease?.version else {
      unwritten = held
      waiting.append(id)
      return []
    }
    // The process before wrote it down and went no further.
    let work = act(now)
    return work + [answer(id)]
  }

  /// The record is on the disk: only now the connector goes into maintenance, so that it always knows why it is there, or does what was ordered further.
  mutating func saved(_ written: UpdateLease, _ problem: String?, _ now: Now) -> [Directive] {
    guard let lease, written.token == lease.token else { return problem.map { [.emit(.evergreenLeaseNotKept(reason: $0))] } ?? [] }
    let isOrder = unwritten != nil && written.action == lease.action && written.version == lease.version
    if let problem { return [.emit(.evergreenLeaseNotKept(reason: problem))] + notSaved(problem, isOrder: isOrder) }
    if isOrder {
      unwritten = nil
      let work = act(now)
      return work + answerAll()
    }
    guard isEntering, lease.isHeld else { return [] }
    return [.ask(.inMaintenance, .registryRead(KnownRegistryKeys.inMaintenance))]
  }

  /// What cannot be remembered is not begun.
  private mutating func notSaved(_ problem: String, isOrder: Bool) -> [Directive] {
    if isEntering {
      isEntering = false
      lease?.isHeld = false
      return fail("the lease could not be written: \(problem)")
    }
    guard isOrder, let before = unwritten else { return [] }
    unwritten = nil
    lease?.action = before.action
    lease?.version = before.version
    defer { waiting = [] }
    return waiting.map { Self.refuse($0, .unavailable, "the order could not be written: \(problem); order again when that is settled") }
  }

  /// An administrator's maintenance is left as it is, now and at the end; ours is known by its reason.
  mutating func maintenance(_ purpose: Purpose, _ answer: Outcome, _ now: Now) -> [Directive] {
    switch (purpose, answer) {
    case (.inMaintenance, .done(.registry(.integer(1)))):
      return isEntering ? [.ask(.maintenanceReason, .registryRead(KnownRegistryKeys.maintenanceReason))] : []
    case (.maintenanceReason, .done(.registry(.string(let reason)))) where !reason.hasPrefix(UpdateLease.maintenanceMark): return entered(nil, now)
    case (.inMaintenance, .done), (.maintenanceReason, .done):
      guard isEntering, let lease else { return [] }
      return [.ask(.enter, .setMaintenance(true, reason: ReasonText(lease.maintenanceReason)))]
    case (.enter, .done): return entered(nil, now)
    // Another lease may have been taken meanwhile: its own way into maintenance answers.
    case (.leaving, _) where isEntering, (.leave, _) where isEntering:
      isLeaving = false
      return []
    case (.leaving, .done(.registry(.string(let reason)))) where reason.hasPrefix(UpdateLease.maintenanceMark) && lease?.isOver != false:
      return [.ask(.leave, .setMaintenance(false, reason: ReasonText("\(reason) is over")))]
    case (.leaving, .done), (.leave, .done):
      isLeaving = false
      return answerAll()
    // A full disk, say: nobody else would take it out of maintenance.
    case (.leaving, _), (.leave, _):
      isLeaving = false
      return answerAll() + [.wake(.leaving, after: Self.leaveAgain)]
    default: return entered(answer.problem ?? "the Agent System gave another answer than was asked for", now)
    }
  }

  private mutating func entered(_ problem: String?, _ now: Now) -> [Directive] {
    guard isEntering, lease?.isHeld == true else { return [] }
    isEntering = false
    if let problem { return fail("the connector could not go into maintenance: \(problem)") }
    if lease?.action == .enterMaintenance {
      lease?.stage = .drained
      return answerAll()
    }
    let work = act(now)
    return work + answerAll()
  }

  private mutating func act(_ now: Now) -> [Directive] {
    switch lease?.action {
    case .install: begin()
    case .rollBack: goBack(now)
    case .restartMachine: restartMachine()
    case .enterMaintenance, .leaveMaintenance, nil: []
    }
  }

  private mutating func leave(_ id: RequestID, _ command: UpdateCommand, _ now: Now) -> [Directive] {
    let unknown = Self.refuse(id, .notFound, "nothing is known here of a lease \(command.token)")
    guard let held = lease else {
      // Nothing is held, and what was ordered under lower tokens must not be taken any more.
      var ended = UpdateLease(token: command.token, expires: now.wall, action: command.action, boot: settings.boot)
      ended.isHeld = false
      lease = ended
      return [unknown]
    }
    if command.token > held.highest { lease?.fence = command.token }
    guard held.isHeld else {
      return held.token == command.token ? [answer(id)] : [unknown]
    }
    waiting.append(id)
    return over(held.token == command.token ? "the cloud ended it" : "the cloud ended a later one", now)
  }

  /// The lease is over. What was not tried yet is given up, and a trial goes back (F2): the cloud may have let the next connector begin.
  mutating func over(_ why: String, _ now: Now) -> [Directive] {
    guard let held = lease, held.isHeld else { return [] }
    let mayRun = isUnknown
    lease?.isHeld = false
    isEntering = false
    unwritten = nil
    var work: [Directive] = [.emit(.evergreenLeaseOver(token: Int(clamping: held.token), reason: why))]
    if held.stage == .installing, !isTrying, !mayRun {
      forgetUpdate()
      work += fail("the lease was over before it was tried: \(why)")
    }
    if update.state == .trial { work += feed(.rollBackAsked(command: "", reason: "its lease is over: \(why)"), now) }
    // Neither is true of it any more.
    if lease?.stage == .drained || lease?.stage == .restarting { lease?.stage = nil }
    return work + askToLeave()
  }

  /// How soon after a refusal. Chosen: the disk is looked at as often.
  private static let leaveAgain = Duration.seconds(30)

  /// Out of maintenance, if that is this updater's own.
  mutating func askToLeave() -> [Directive] {
    guard !isLeaving, !isEntering else { return [] }
    isLeaving = true
    return [.ask(.leaving, .registryRead(KnownRegistryKeys.maintenanceReason))]
  }

  // MARK: answers

  func answer(_ id: RequestID) -> Directive {
    guard let lease else { return Self.refuse(id, .unavailable, "nothing is under way here") }
    if let standing { return .answer(id, .success(.standing(standing))) }
    // It was drained and is over: nothing new to the cloud.
    guard lease.isHeld else {
      return .answer(id, .success(.standing(UpdateStanding(token: lease.token, stage: .drained))))
    }
    return Self.refuse(id, .unavailable, "the connector is not in maintenance yet; order again in a moment")
  }

  mutating func answerAll() -> [Directive] {
    defer { waiting = [] }
    return waiting.map { answer($0) }
  }

  static func refuse(_ id: RequestID, _ code: WireError.Code, _ detail: String) -> Directive {
    .answer(id, .failure(WireError(code, detail)))
  }

  mutating func forgetUpdate() {
    number += 1
    isFinding = false
    update = UpdateLogic(settings.update)
  }
}

extension UpdateCommand.Action {
  /// Of orders under one lease the later never goes back to an earlier step.
  fileprivate var step: Int {
    switch self {
    case .enterMaintenance: 0
    case .install, .restartMachine: 1
    case .rollBack: 2
    case .leaveMaintenance: 3
    }
  }
}
