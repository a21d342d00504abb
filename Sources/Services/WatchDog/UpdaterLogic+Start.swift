import AgentSystem
import CloudAPI
import EventCatalog
import Evergreen
import Releases
import ServiceKit
import World

/// From the start of a process to where the one before ended; what stands against updates.
extension UpdaterLogic {
  /// How long after its start it tries again to reach an Agent System that does not answer.
  static let startAgain: Duration = .seconds(5)

  /// How long after it was refused to become the updater it asks again: a disk that was full at the start must not bar updates until the next one. Chosen: as
  /// often as pending restarts are looked for.
  static let takeOverAgain: Duration = .seconds(300)

  mutating func started(_ now: Now) -> [Directive] {
    if lease?.isHeld == true { lease?.resume(at: now, on: settings.machine) }
    guard settings.hasReleases else { return [.ask(.pin(.start), .registryRead(KnownRegistryKeys.updatePin))] }
    return [.ask(.takeOver, .takeOverUpdates)]
  }

  mutating func tookOver(_ answer: Outcome, _ now: Now) -> [Directive] {
    var again: [Directive] = []
    switch answer {
    case .done(.updater(let taken)): (generation, layoutProblem) = (taken, nil)
    case .done: layoutProblem = "the Agent System gave another answer than an updater"
    case .not(let why):
      layoutProblem = why
      again = [.wake(.takeOver, after: Self.takeOverAgain)]
    case .gone: return [.wake(isStarted ? .takeOver : .start, after: Self.startAgain)]
    }
    return again + [.ask(.pin(.start), .registryRead(KnownRegistryKeys.updatePin))]
  }

  mutating func learned(pin answer: Outcome, _ then: Then, _ now: Now) -> [Directive] {
    if case .gone = answer, then == .start { return [.wake(.start, after: Self.startAgain)] }
    if case .done(.registry(let value)) = answer { pin = if case .string(let text) = value { UpdatePin(text) } else { nil } }
    if generation != nil { return [.ask(.status(then), .releaseStatus)] }
    switch then {
    case .start: return resume(now)
    case .begin(let number): return number == self.number && isFinding ? lookedBeforeBegin() : []
    default: return []
    }
  }

  mutating func learned(status answer: Outcome, _ then: Then, _ now: Now) -> [Directive] {
    if case .done(.releases(let known)) = answer { status = known }
    switch then {
    case .start:
      if case .gone = answer { return [.wake(isStarted ? .takeOver : .start, after: Self.startAgain)] }
      let again: [Directive] = status == nil ? [.wake(.takeOver, after: Self.takeOverAgain)] : []
      let work = isStarted ? catchUp(now) : resume(now)
      return again + work
    case .look: return []
    case .begin(let number): return number == self.number && isFinding ? lookedBeforeBegin() : []
    case .check(let number):
      guard number == self.number, let order = update.order else { return [] }
      guard let status, answer.problem == nil else { return abandon(answer.problem ?? "the releases cannot be looked at") }
      return feed(.checked(refusal(of: order.version, status)), now)
    case .installed(let number):
      guard number == self.number, let version = lease?.version else { return [] }
      guard let slot = status?.installed.last(where: { $0.version == version }) else {
        return feed(.installFailed(answer.problem ?? "\(version) is not there after its installation"), now)
      }
      return feed(.installed(slot), now)
    case .rollBack(let number):
      guard number == self.number else { return [] }
      if status?.phase == .rollingBack { return [restart("to go back")] }
      return feed(.rollBackFailed(answer.problem ?? "the Agent System did not order it"), now)
    }
  }

  mutating func abandon(_ why: String) -> [Directive] {
    forgetUpdate()
    return fail(why)
  }

  private mutating func lookedBeforeBegin() -> [Directive] {
    if let barred { return abandon("it takes no updates: \(barred)") }
    // Where somebody took over since, this updater stays stale: the Agent System refuses what it asks.
    if let status, let generation, status.generation != generation, status.phase == .idle, EvergreenRecord.isAnew(status.generation.number) {
      return [.ask(.takeOverAgain(number), .takeOverUpdates)]
    }
    return find()
  }

  /// Once for an order: what is refused as stale after that is refused.
  mutating func tookOverAgain(_ answer: Outcome) -> [Directive] {
    guard case .done(.updater(let taken)) = answer else { return abandon(answer.problem ?? "the Agent System gave another answer than an updater") }
    generation = taken
    return find()
  }

  /// T7, L6 as far as the status tells; the installation says the rest.
  private func refusal(of version: ReleaseVersion, _ status: ReleaseStatus) -> UpdateRefusal? {
    guard let active = status.active?.version else { return nil }
    if version == active { return .runsAlready(active) }
    if version < active { return .older(version, than: active) }
    guard let failed = status.failed.first(where: { $0.version == version }) else { return nil }
    if failed.isRefused { return .failedHere(version, reason: failed.reason.text) }
    return failed.attempts >= UInt32(clamping: settings.update.attempts) ? .tooManyAttempts(version, Int(failed.attempts)) : nil
  }

  /// Why it takes no updates, in a sentence; nil when it does.
  var barred: String? {
    if !settings.hasReleases { return "this connector is not installed as releases: state.releases is not set" }
    if !settings.hasRoot { return "no release would be believed: updates.root is not set" }
    if let pin { return pin.sentence }
    guard let status else { return layoutProblem ?? "the releases of this connector are not known yet" }
    if settings.isFIPS, let active = status.active?.version, active < UpdateRule.fipsFloor { return UpdateRefusal.tooOldForFIPS(active).description }
    return status.escalation.map { "an update needs a person first: \($0.text)" }
  }

  // MARK: where the last process ended

  private mutating func resume(_ now: Now) -> [Directive] {
    guard !isStarted else { return [] }
    isStarted = true
    let work = resumeTrial(now) ?? settle(now)
    return work + resumeLease(now)
  }

  /// It was refused at its start and has become the updater now: only now it learns where the process before ended.
  private mutating func catchUp(_ now: Now) -> [Directive] {
    guard status != nil, update.state.isTerminal, !isFinding else { return [] }
    if let work = resumeTrial(now) { return work }
    guard let held = lease, held.mayHaveRun else { return [] }
    let work = settle(now)
    return work + answerAll()
  }

  /// What was told to run was told so by the process before, and what became of it is not known yet. While its lease lasts nothing is said of it, so that the cloud
  /// lets no other connector begin (F2).
  var isUnknown: Bool { status == nil && settings.hasReleases && lease?.isHeld == true && lease?.mayHaveRun == true }

  /// Nil when this process is not the trial. Without the lease that it was tried under it goes back, and so it does when the cloud has ordered that meanwhile.
  private mutating func resumeTrial(_ now: Now) -> [Directive]? {
    guard let trial = status?.trial, status?.phase == .trying, trial.slot.version == settings.version else { return nil }
    let work = judge(trial, now)
    let why: String? =
      if lease?.isHeld != true || lease?.version != settings.version { "it has no lease" } else if lease?.action == .rollBack { orderedBack } else {
        nil
      }
    return work + (why.map { feed(.rollBackAsked(command: "", reason: $0), now) } ?? [])
  }

  /// This process is the trial, whoever ordered it.
  private mutating func judge(_ trial: ReleaseStatus.Trial, _ now: Now) -> [Directive] {
    let known = lease?.version == settings.version ? lease?.bundle : nil
    // Of a trial whose lease is lost: nobody asks for its bundle any more, because it goes back.
    guard let bundle = known ?? ContentDigest(String(repeating: "0", count: 64)).map({ UpdateOrder.Bundle(sha256: $0, length: 0) }) else { return [] }
    forgetUpdate()
    let order = UpdateOrder(command: "the trial of \(trial.slot)", version: settings.version, bundle: bundle)
    return feed(.trialBegan(order, trial.slot, generation: generation?.number ?? 0), now)
  }

  /// Finds out what became of what the last process had under way.
  private mutating func settle(_ now: Now) -> [Directive] {
    guard let held = lease, let stage = held.stage else { return [] }
    if stage == .restarting {
      if held.boot == settings.boot { return [askForMachine()] }
      lease?.stage = .restarted
      return []
    }
    guard let version = held.version, [.installing, .trial, .rollingBack].contains(stage) else { return [] }
    guard let status else { return held.mayHaveRun ? [] : fail(layoutProblem ?? "the releases of this connector are not known") }
    switch status.phase {
    // It was told to restart and did not.
    case .opening where status.trial?.slot.version == version:
      return held.isHeld && held.left(at: now) > .zero ? [restart("to try \(version)")] : []
    case .rollingBack: return [restart("to go back")]
    case .committing where version == settings.version: return stays()
    // The trial of another process: whoever starts the connector sees to it.
    case .opening, .trying, .committing: return []
    case .idle: return version == settings.version && status.active?.version == version ? stays() : ended(held, version, status, now)
    }
  }

  private mutating func stays() -> [Directive] {
    lease?.stage = .committed
    lease?.reason = ""
    return []
  }

  /// Nothing is under way any more: it came back, never began, or is begun again.
  private mutating func ended(_ held: UpdateLease, _ version: ReleaseVersion, _ status: ReleaseStatus, _ now: Now) -> [Directive] {
    let failure = status.failed.first { $0.version == version }
    if held.stage == .installing, held.boot == settings.boot || !held.wasActivated {
      if let failure, failure.isRefused { return fail(failure.reason.text) }
      return held.isHeld && held.left(at: now) > .zero ? begin() : []
    }
    // Its trial never began: no failure of the release.
    if let failure, !failure.isRefused { return fail(failure.reason.text) }
    return feed(.cameBack(failure?.reason.text ?? "its trial ended"), now)
  }

  private mutating func resumeLease(_ now: Now) -> [Directive] {
    // Of a lease whose record was lost, the connector would stay in maintenance for ever.
    guard let held = lease, held.isHeld else { return askToLeave() }
    guard held.left(at: now) > .zero else { return over("its time was over", now) }
    let alarm = wakeForLease(held, now)
    if held.isOver { return [alarm] + askToLeave() }
    guard held.stage == nil else { return [alarm] }
    isEntering = true
    return [alarm, .ask(.inMaintenance, .registryRead(KnownRegistryKeys.inMaintenance))]
  }
}
