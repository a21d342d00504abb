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
    if let lease, command.token < lease.token {
      return [Self.refuse(id, .denied, "the lease \(command.token) is stale: \(lease.token) was given out since")]
    }
    if command.action == .leaveMaintenance { return leave(id, command, now) }
    guard let expires = command.expires else { return [Self.refuse(id, .badRequest, "\(command.action.rawValue) needs 'expires', the lease's end")] }
    guard expires > now.wall else {
      return [Self.refuse(id, .denied, "the lease ended at \(expires), before this order came; it is \(now.wall) here")]
    }
    let version = command.version.flatMap { ReleaseVersion($0) }
    if command.action == .install, version == nil {
      return [Self.refuse(id, .badRequest, "install needs 'version', four numbers; got '\(ReasonText(command.version ?? "").text)'")]
    }
    if command.token == lease?.token { return again(id, command.action, version, expires, now) }
    if isTrying {
      return [Self.refuse(id, .unavailable, "the release \(settings.version) is on trial under another lease; order again when it has ended")]
    }
    return take(id, command, version, expires, now)
  }

  /// From an order to try a release to its end: what the end of a lease does not stop.
  var isTrying: Bool { [.activating, .trial, .committing, .rollingBack].contains(update.state) }
  private var isBusy: Bool { isFinding || !update.state.isTerminal }

  private mutating func take(
    _ id: RequestID, _ command: UpdateCommand, _ version: ReleaseVersion?, _ expires: WallTime, _ now: Now
  ) -> [Directive] {
    let left = answerAll()
    forgetUpdate()
    var next = UpdateLease(token: command.token, expires: expires, action: command.action, boot: settings.boot)
    next.version = version
    lease = next
    isEntering = true
    waiting = [id]
    return left + [
      .emit(
        .evergreenLeaseTaken(token: Int(clamping: command.token), action: command.action.rawValue, until: expires.iso8601(fraction: 0))),
      .wake(.lease(command.token), after: expires - now.wall),
    ]
  }

  /// A further order under the same lease, or one that came before.
  private mutating func again(
    _ id: RequestID, _ action: UpdateCommand.Action, _ version: ReleaseVersion?, _ expires: WallTime, _ now: Now
  ) -> [Directive] {
    guard let held = lease, held.isHeld else { return [answer(id)] }
    lease?.expires = max(held.expires, expires)
    if isEntering {
      waiting.append(id)
      return []
    }
    switch action {
    case .enterMaintenance, .leaveMaintenance: return [answer(id)]
    case .install:
      if held.action == .install, held.version == version { return [answer(id)] }
      guard !isBusy else {
        return [Self.refuse(id, .unavailable, "the update to \(held.version?.text ?? "another version") is under way; order again when it has ended")]
      }
      lease?.version = version
    case .rollBack, .restartMachine: if held.action == action { return [answer(id)] }
    }
    lease?.action = action
    let work = act(now)
    return work + [answer(id)]
  }

  /// The record is on the disk: only now the connector goes into maintenance, so that it always knows why it is there.
  mutating func saved(_ token: UInt64, _ problem: String?) -> [Directive] {
    if let problem {
      let said = Directive.emit(.evergreenLeaseNotKept(reason: problem))
      guard isEntering, lease?.token == token else { return [said] }
      isEntering = false
      lease?.isHeld = false
      return [said] + fail("the lease could not be written: \(problem)")
    }
    guard isEntering, lease?.token == token, lease?.isHeld == true else { return [] }
    return [.ask(.inMaintenance, .registryRead(KnownRegistryKeys.inMaintenance))]
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
    case (.leaving, _) where isEntering, (.leave, _) where isEntering: return []
    case (.leaving, .done(.registry(.string(let reason)))) where reason.hasPrefix(UpdateLease.maintenanceMark) && lease?.isHeld != true:
      return [.ask(.leave, .setMaintenance(false, reason: ""))]
    case (.leaving, _), (.leave, _): return answerAll()
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
    guard let held = lease else { return [Self.refuse(id, .notFound, "nothing is known here of a lease \(command.token)")] }
    guard held.isHeld else {
      return held.token == command.token ? [answer(id)] : [Self.refuse(id, .notFound, "nothing is known here of a lease \(command.token)")]
    }
    waiting.append(id)
    return over(held.token == command.token ? "the cloud ended it" : "the cloud ended a later one", now)
  }

  /// The lease is over. What was not tried yet is given up; a trial goes on to its own end.
  mutating func over(_ why: String, _ now: Now) -> [Directive] {
    guard let held = lease, held.isHeld else { return [] }
    lease?.isHeld = false
    isEntering = false
    var work: [Directive] = [.emit(.evergreenLeaseOver(token: Int(clamping: held.token), reason: why))]
    if held.stage == .installing, !isTrying {
      forgetUpdate()
      work += fail("the lease was over before it was tried: \(why)")
    }
    // Neither is true of it any more.
    if lease?.stage == .drained || lease?.stage == .restarting { lease?.stage = nil }
    return work + [.ask(.leaving, .registryRead(KnownRegistryKeys.maintenanceReason))]
  }

  // MARK: answers

  func answer(_ id: RequestID) -> Directive {
    guard let lease else { return Self.refuse(id, .unavailable, "nothing is under way here") }
    if let standing = lease.standing { return .answer(id, .success(.standing(standing))) }
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
