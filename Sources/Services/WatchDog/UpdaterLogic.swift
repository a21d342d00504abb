package import AgentSystem
package import CloudAPI
package import EventCatalog
package import Evergreen
package import ServiceKit
package import World

/// Performs the updates that the cloud orders under its lease: hosts `UpdateLogic`, asks the Agent System for what it wants, keeps the lease, and goes
/// on where the process before ended.
package struct UpdaterLogic: ServiceLogic {
  package enum Event: Sendable {
    case started
    /// The cloud orders.
    case ordered(RequestID, UpdateCommand)
    case report(RequestID)
    /// Something may have changed that it knows: the pin, a failure that was cleared.
    case look
    /// The record was written as it was then, or why not.
    case saved(UpdateLease, problem: String?)
    case answered(Purpose, Result<PrivilegedAnswer, any Error>)
    case found(Int, Result<UpdateOrder.Bundle, ReleaseFetchProblem>)
    case downloaded(Int, ReleaseFetchProblem?)
    case probed(Int, Probe)
    case looked(MetadataLook)
    case due(Alarm)
  }

  package enum Directive: Sendable {
    case answer(RequestID, Result<Answer, any Error>)
    case emit(EventCatalog.Event)
    /// Ask the Agent System; `answered` comes of it.
    case ask(Purpose, PrivilegedOperation)
    /// Make it durable before anything that follows; `saved` comes of it.
    case save(UpdateLease)
    case find(Int, ReleaseVersion)
    case download(Int, ReleaseVersion, UpdateOrder.Bundle)
    case probe(Int)
    /// Look whether the signed metadata is still renewed; `looked` comes of it.
    case lookAtMetadata
    case wake(Alarm, after: Duration)
  }

  package enum Answer: Sendable {
    case standing(UpdateStanding)
    case report(Report)
  }

  package enum Alarm: Hashable, Sendable {
    case start
    /// It could not become the updater.
    case takeOver
    case lease(UInt64)
    /// The connector could not be taken out of maintenance.
    case leaving
    /// The signed metadata is to be looked at.
    case metadata
    /// Of the update of this number.
    case find(Int)
    case probe(Int)
    case update(Int, UpdateLogic.Alarm)
  }

  /// What a question to the Agent System is for. Numbers are those of updates: an answer that belongs to an earlier one changes nothing.
  package enum Purpose: Hashable, Sendable {
    case takeOver
    /// Before the update of this number: the record was made anew under this updater.
    case takeOverAgain(Int)
    case pin(Then)
    case status(Then)
    case inMaintenance, maintenanceReason, enter
    case leaving, leave
    case install(Int)
    case activate(Int)
    case restart(Int)
    /// The restart into the trial was refused for this reason: the trial is given up.
    case giveUp(Int, String)
    case commit(Int)
    case rollBack(Int)
    case machine
  }

  /// What goes on when something was looked at.
  package enum Then: Hashable, Sendable {
    case start, look
    case begin(Int)
    case check(Int)
    case installed(Int)
    case rollBack(Int)
  }

  /// What is known without asking.
  package struct Report: Sendable {
    package var lease: UpdateLease?
    /// What the cloud is told.
    package var standing: UpdateStanding?
    package var state: UpdateLogic.State
    package var pin: UpdatePin?
    package var barred: String?
    /// The last look at the signed metadata; nil before the first one.
    package var look: MetadataLook?
    /// False until it has found out where the process before ended.
    package var isKnown: Bool
  }

  let settings: UpdaterSettings
  package internal(set) var lease: UpdateLease?
  var update: UpdateLogic
  /// Counts the updates, so that what is left of an earlier one is not heard.
  var number = 0
  /// The order is taken and its bundle not found yet.
  var isFinding = false
  var findTries = 0
  var generation: UpdaterGeneration?
  var status: ReleaseStatus?
  /// Why there are no releases here.
  var layoutProblem: String?
  var pin: UpdatePin?
  var isStarted = false
  /// The lease was taken and the connector is not in maintenance yet.
  var isEntering = false
  /// It is being found out whether the maintenance is this updater's, or it is being ended.
  var isLeaving = false
  /// What the lease was before an order that is not on the disk yet; it is acted on once it is.
  var unwritten: UpdateLease?
  /// Orders that are answered when what they wait for is done.
  var waiting: [RequestID] = []
  var lastProbe: Probe?
  var freshness = Freshness()

  /// - Parameter lease: of the process before, as it was kept.
  package init(_ settings: UpdaterSettings, lease: UpdateLease? = nil) {
    self.settings = settings
    self.lease = lease
    update = UpdateLogic(settings.update)
  }

  package static func answer(in directive: Directive) -> (RequestID, Result<Answer, any Error>)? {
    if case .answer(let id, let answer) = directive { (id, answer) } else { nil }
  }

  /// The record goes first: nothing is done that the next process would not know of.
  package mutating func handle(_ event: Event, at now: Now) -> [Directive] {
    let before = lease
    var directives = handled(event, now)
    guard let lease, lease != before else { return directives }
    // What is over is over: the connector serves again without being told, for the word that ends its lease may be lost while the next one begins.
    if lease.isOver, before?.isOver != true { directives += askToLeave() }
    return [.save(lease)] + directives
  }

  private mutating func handled(_ event: Event, _ now: Now) -> [Directive] {
    switch event {
    case .started: started(now) + beginLooks()
    case .ordered(let id, let command): ordered(id, command, now)
    case .report(let id): [.answer(id, .success(.report(report)))]
    case .look: isStarted ? [.ask(.pin(.look), .registryRead(KnownRegistryKeys.updatePin))] : []
    case .saved(let written, let problem): saved(written, problem, now)
    case .answered(let purpose, let result): answered(purpose, result, now)
    case .found(let number, let result): number == self.number && isFinding ? found(result, now) : []
    case .downloaded(let number, let problem):
      number == self.number ? downloaded(problem, now) : []
    case .probed(let number, let probe): number == self.number ? probed(probe, now) : []
    case .looked(let look): looked(look)
    case .due(let alarm): due(alarm, now)
    }
  }

  private var report: Report {
    Report(lease: lease, standing: standing, state: update.state, pin: pin, barred: barred, look: freshness.look, isKnown: isStarted)
  }

  /// A release that stays is named by its digest too, as far as this process is that release.
  package var standing: UpdateStanding? {
    var standing = lease?.standing
    if standing?.stage == .committed, lease?.version == settings.version { standing?.digest = settings.digest }
    return standing
  }

  private mutating func due(_ alarm: Alarm, _ now: Now) -> [Directive] {
    switch alarm {
    case .start: return started(now)
    case .takeOver: return generation == nil || status == nil ? [.ask(.takeOver, .takeOverUpdates)] : []
    case .lease(let token):
      guard let lease, lease.token == token, lease.isHeld else { return [] }
      guard lease.left(at: now) <= .zero else { return [wakeForLease(lease, now)] }
      return over("its time was over", now)
    case .leaving: return lease?.isOver == false ? [] : askToLeave()
    case .metadata: return [.lookAtMetadata]
    case .find(let number): return number == self.number && isFinding ? find() : []
    case .probe(let number): return number == self.number && update.state == .trial ? [.probe(number)] : []
    case .update(let number, let alarm): return number == self.number ? feed(.due(alarm), now) : []
    }
  }

  private mutating func answered(_ purpose: Purpose, _ result: Result<PrivilegedAnswer, any Error>, _ now: Now) -> [Directive] {
    let answer = Outcome(result)
    switch purpose {
    case .takeOver: return tookOver(answer, now)
    case .takeOverAgain(let number): return number == self.number && isFinding ? tookOverAgain(answer) : []
    case .pin(let then): return learned(pin: answer, then, now)
    case .status(let then): return learned(status: answer, then, now)
    case .inMaintenance, .maintenanceReason, .enter, .leaving, .leave: return maintenance(purpose, answer, now)
    case .machine: return machineRestart(answer)
    case .install(let number), .activate(let number), .restart(let number), .giveUp(let number, _), .commit(let number), .rollBack(let number):
      return number == self.number ? performed(purpose, answer, now) : []
    }
  }

  /// An answer, or words for why there is none.
  enum Outcome {
    case done(PrivilegedValue?)
    case not(String)
    /// The Agent System could not be reached.
    case gone(String)

    init(_ result: Result<PrivilegedAnswer, any Error>) {
      switch result {
      case .success(.done): self = .done(nil)
      case .success(.value(let value)): self = .done(value)
      case .success(.refused(let refusal)): self = .not(refusal.detail)
      case .success(.failed(let failure)): self = .not(failure.detail)
      case .failure(let error): self = .gone("\(error)")
      }
    }

    var problem: String? {
      switch self {
      case .done: nil
      case .not(let why), .gone(let why): why
      }
    }
  }
}

/// What the updater must know of where it runs.
package struct UpdaterSettings: Hashable, Sendable {
  package var update = UpdateSettings()
  /// Of the program that runs.
  package var version: ReleaseVersion
  /// Of this process.
  package var boot: String
  package var hasReleases: Bool
  package var hasRoot: Bool
  package var isFIPS = false
  /// SHA-256 of the manifest of the release that runs; nil when it is not known.
  package var digest: String?
  /// Which start of the machine this is; empty when that is not known.
  package var machine = ""

  package init(version: ReleaseVersion, boot: String, hasReleases: Bool, hasRoot: Bool) {
    self.version = version
    self.boot = boot
    self.hasReleases = hasReleases
    self.hasRoot = hasRoot
  }
}
