import World

@testable import Outage

/// One connector's state machine, told everything by hand, with a cloud that answers probes or does not.
struct Hand {
  var logic: OutageLogic
  var now = Moment(nanoseconds: 1_000_000_000_000)
  /// What a probe finds; nil: no probe is answered.
  var cloud: Bool? = true
  var directives: [OutageDirective] = []
  var changes: [OutageChange] = []
  /// When anything was last told, and what broke on the way.
  var faults: [String] = []
  private var serves = false
  private var storeFront: Moment?
  private var lastProbe: Bool?

  init(_ timers: OutageTimers = .cloud60, table: OutageTable = .documented, needsStoreFront: Bool = true) {
    logic = OutageLogic(.init(timers, needsStoreFront: needsStoreFront), table: table)
    tell(.started)
  }

  /// Led into the mode on the documented way, with StoreFront.
  init(in mode: OutageMode, _ timers: OutageTimers = .cloud60) {
    self.init(timers)
    tell(.elected(true))
    tell(.storeFrontAsked)
    guard mode != .workingNormally else { return }
    cloud = false
    tell(.brokered(.launch, ok: false))
    guard mode != .pendingHA else { return }
    pass(timers.detection)
    guard mode != .initialHA else { return }
    pass(timers.initialHA)
    guard mode != .extendedHA else { return }
    cloud = true
    pass(timers.settle + timers.probeEvery)
  }

  mutating func tell(_ event: OutageEvent) {
    var answers = [event]
    // A table with a planted fault may ask for probe after probe.
    while !answers.isEmpty, answers.count < 100 {
      let event = answers.removeFirst()
      if event == .storeFrontAsked { storeFront = now }
      if case .probed(let ok) = event { lastProbe = ok }
      let out = logic.handle(event, at: now)
      look(at: out)
      guard out.contains(.probeCloud) else { continue }
      if let cloud { answers.append(.probed(ok: cloud)) } else { lastProbe = nil }
    }
  }

  /// Lets time pass; `due` is told when it is due and at no other time.
  mutating func pass(_ duration: Duration) {
    let end = now + duration
    var rounds = 0
    while let due = logic.nextDue, due <= end {
      if due <= now { faults.append("due at once again at \(now.nanoseconds)") }
      now = max(due, now)
      tell(.due)
      rounds += 1
      if rounds > 200_000 { return faults.append("due without end") }
    }
    now = end
  }

  private mutating func look(at out: [OutageDirective]) {
    directives += out
    var isChanged = false
    for directive in out {
      switch directive {
      case .changed(let change):
        if let before = changes.last {
          if change.at < before.at { faults.append("a change before the one before it") }
          if change.from != before.to { faults.append("a change from \(change.from), and the mode was \(before.to)") }
        }
        if change.at > now { faults.append("a change in the future") }
        judge(change)
        changes.append(change)
        isChanged = true
      case .serve:
        if serves { faults.append("told to serve twice") }
        serves = true
      case .stopServing:
        if !serves { faults.append("told to stop and does not serve") }
        serves = false
      default: break
      }
    }
    if isChanged, logic.mode != changes.last?.to { faults.append("the mode is not the one told") }
    if serves, logic.mode == .workingNormally || logic.mode == .pendingHA { faults.append("serves locally in \(logic.mode)") }
    if serves, !logic.isElected { faults.append("serves and is not elected") }
    if logic.isForced, logic.mode == .workingNormally || logic.mode == .pendingHA || logic.mode == .pendingRecovery {
      faults.append("forced, and in \(logic.mode)")
    }
    if let due = logic.nextDue, due <= now { faults.append("nextDue is not after what was told") }
  }

  /// What must hold of a change, whatever the table says.
  private mutating func judge(_ change: OutageChange) {
    let timers = logic.settings.timers
    if change.to.brokersLocally, !change.from.brokersLocally, change.rule != .forced {
      if change.from != .pendingHA { faults.append("outage mode without a health check") }
      if storeFront.map({ now - $0 >= timers.storeFrontFor }) ?? true { faults.append("outage mode without StoreFront") }
      if lastProbe == true, change.rule != .checkOverdue { faults.append("outage mode, and the last probe was answered") }
    }
    if change.from.brokersLocally, !change.to.brokersLocally {
      if change.from != .pendingRecovery { faults.append("out of outage mode without Pending Recovery") }
      let entered = changes.last { $0.to == .pendingRecovery }?.at
      if let entered, now - entered < timers.pendingRecovery { faults.append("Pending Recovery was cut short") }
      if lastProbe == false, logic.vouchers(now).isEmpty { faults.append("back to the cloud, and the last probe was not answered") }
    }
  }

  var news: [OutageNews] { directives.compactMap { if case .say(let news) = $0 { news } else { nil } } }
  var rules: [OutageRule] { changes.map(\.rule) }
  var modes: [OutageMode] { changes.map(\.to) }
}
