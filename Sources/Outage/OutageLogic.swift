package import World

/// The outage state machine of one connector, as a value: it is told what happens and what time it is, and says what is to be done.
///
/// Time is monotonic: a moment before the last one counts as the last one. Between events nothing happens before `nextDue`, so nobody needs to poll.
package struct OutageLogic: Sendable {
  package struct Settings: Hashable, Sendable {
    package var timers: OutageTimers
    /// A connector that StoreFront does not use cannot enter outage mode (product facts 3.3). False is for where nobody plays StoreFront.
    package var needsStoreFront: Bool

    package init(_ timers: OutageTimers, needsStoreFront: Bool = true) {
      self.timers = timers
      self.needsStoreFront = needsStoreFront
    }
  }

  /// What is known of this connector's own way to the cloud.
  enum OwnWay: Hashable { case unknown, well, failing }

  package let settings: Settings
  let table: OutageTable
  package private(set) var mode = OutageMode.workingNormally
  /// When the mode was entered; nil before the first event.
  package private(set) var since: Moment?
  /// By which rule.
  package private(set) var rule = OutageRule.started
  package private(set) var isForced = false
  package private(set) var isElected = false
  /// Told to serve, and not yet told to stop.
  package private(set) var isServing = false

  var last = Moment(nanoseconds: .min)
  var own = OwnWay.unknown
  var lastAnswer: Moment?
  /// Since when this connector's own way is well without a break.
  private var ownWellSince: Moment?
  var words: [String: (word: PeerWord, at: Moment)] = [:]
  /// Since when the way is well, or fails, without a break; at most one of the two.
  var wellSince: Moment?
  var failingSince: Moment?
  var lastStoreFront: Moment?
  var holdUntil: Moment?
  var relapses = 0
  var outageSince: Moment?
  var lastSummary: Moment?
  var nextProbe: Moment?
  var isProbing = false
  private var isImporting = false
  private var isAbandoned = false
  private var toldPart: Bool?
  /// What was told of this failure: each reason once.
  private var toldBars: Set<OutageBar.Kind> = []

  package init(_ settings: Settings, table: OutageTable = .documented) {
    self.settings = settings
    self.table = table
  }

  package mutating func handle(_ event: OutageEvent, at moment: Moment) -> [OutageDirective] {
    let now = max(moment, last)
    last = now
    if since == nil { since = now }
    var out: [OutageDirective] = []
    if isProbing, let nextProbe, now >= nextProbe {
      // The last one was not answered in time.
      out += step(noteFailedProbe(), now)
    }
    if let trigger = note(event, now) { out += step(trigger, now) } else { out += step(nil, now) }
    out += aside(now)
    return out
  }

  /// Takes the event to heart.
  private mutating func note(_ event: OutageEvent, _ now: Moment) -> OutageTrigger? {
    switch event {
    case .started, .due: return nil
    case .brokered(let what, let ok):
      guard !ok else { return noteAnswer(now) }
      // A check judges by probes, or a launch that fails for reasons of its own every few seconds would be an outage; in one nothing goes to the cloud.
      if mode == .workingNormally || mode == .pendingRecovery { own = .failing }
      return what.failed
    case .probed(let ok): return ok ? noteAnswer(now) : noteFailedProbe()
    case .peer(let name, let word):
      words[name] = word.map { ($0, now) }
      return .peerTold
    case .storeFrontAsked:
      lastStoreFront = now
      return .storeFrontAsked
    case .storeFrontAskedAgo(let ago):
      lastStoreFront = now + (.zero - ago)
      return .storeFrontAsked
    case .forced(let forced):
      guard isForced != forced else { return nil }
      isForced = forced
      return forced ? .forced : .cleared
    case .elected(let elected):
      isElected = elected
      return .electionChanged
    case .importing(let importing):
      isImporting = importing
      if !importing { isAbandoned = false }
      return .importChanged
    }
  }

  private mutating func noteAnswer(_ now: Moment) -> OutageTrigger {
    ownWellSince = own == .well ? ownWellSince : now
    own = .well
    lastAnswer = now
    isProbing = false
    return .cloudAnswered
  }

  private mutating func noteFailedProbe() -> OutageTrigger {
    own = .failing
    isProbing = false
    return .probeFailed
  }

  /// Asks the table with the trigger, then with every time that has come, until nothing changes any more.
  private mutating func step(_ trigger: OutageTrigger?, _ now: Moment) -> [OutageDirective] {
    weigh(now)
    var out: [OutageDirective] = []
    if let trigger { _ = apply(trigger, now, &out) }
    // Each mode is left at most once: every way out of the next one needs time.
    for _ in OutageMode.allCases {
      guard OutageTrigger.times.contains(where: { hasCome($0, now) && apply($0, now, &out) }) else { break }
    }
    return out
  }

  /// - Returns: whether the mode changed.
  private mutating func apply(_ trigger: OutageTrigger, _ now: Moment, _ out: inout [OutageDirective]) -> Bool {
    guard let move = table.cell(mode, trigger)?.first(where: { holds($0.when, now) }), move.to != mode else { return false }
    enter(move, now, &out)
    return true
  }

  private mutating func enter(_ move: OutageMove, _ now: Moment, _ out: inout [OutageDirective]) {
    let from = mode
    (mode, since, rule) = (move.to, now, move.rule)
    toldBars = []
    out.append(.changed(OutageChange(from: from, to: mode, rule: rule, at: now)))
    if mode == .pendingHA { nextProbe = now }
    if mode.brokersLocally != from.brokersLocally {
      if mode.brokersLocally {
        outageSince = now
        lastSummary = now
        out.append(.say(.began(rule)))
      } else {
        out.append(.say(.ended(now - (outageSince ?? now))))
        outageSince = nil
      }
    }
    if mode == .workingNormally {
      holdUntil = now + settings.timers.holdDown
      relapses = 0
    }
    if from == .pendingRecovery, rule == .failedInRecovery { relapses += 1 }
  }

  /// Whatever follows from the mode and is no change of it.
  private mutating func aside(_ now: Moment) -> [OutageDirective] {
    var out: [OutageDirective] = []
    let serves = mode.brokersLocally && isElected
    if serves != isServing {
      isServing = serves
      out.append(serves ? .serve : .stopServing)
    }
    if isImporting, mode.brokersLocally, !isAbandoned {
      isAbandoned = true
      out.append(.abandonImport)
    }
    let part = takesPart(now)
    if toldPart != part {
      toldPart = part
      out.append(.takesPart(part))
    }
    if let bar = bar(now), toldBars.insert(bar.kind).inserted { out.append(.say(.barred(bar))) }
    // A way that flaps is one failure: its news would fill the log.
    if own == .well, let ownWellSince, now - ownWellSince >= settings.timers.settle { toldBars = [] }
    if mode.brokersLocally, let lastSummary, now >= lastSummary + settings.timers.summaryEvery {
      self.lastSummary = now
      out.append(.say(.lasts(mode, now - (outageSince ?? now))))
    }
    return out + probe(now)
  }

  private mutating func probe(_ now: Moment) -> [OutageDirective] {
    guard isInDoubt(now) else {
      nextProbe = nil
      isProbing = false
      return []
    }
    if let nextProbe, now < nextProbe { return [] }
    nextProbe = now + settings.timers.probeEvery
    isProbing = true
    return [.probeCloud]
  }
}

extension OutageEvent.Brokered {
  var failed: OutageTrigger {
    switch self {
    case .enumeration: .enumerationFailed
    case .launch: .launchFailed
    case .relay: .relayFailed
    case .ticket: .ticketFailed
    case .registration: .registrationFailed
    }
  }
}
