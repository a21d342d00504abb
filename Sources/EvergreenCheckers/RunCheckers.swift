import Releases
import World

/// What runs, and that it may: L1, L3, L4, T7, T8.
extension EvergreenCheckers {
  /// L1: whatever starts is whole and is what its link says, and nothing is done after a power cut before something has started.
  static func bootable(_ facts: [UpdateFact]) -> Found {
    var found: Found = []
    var links: [UpdateFact.Role: SlotName] = [:]
    var isOff = false
    for (index, fact) in facts.enumerated() {
      switch fact.kind {
      case .linked: if let role = fact.role { links[role] = fact.slot }
      case .powerCut:
        isOff = true
        // What was linked last may have been lost with the power.
        links = [:]
      case .started:
        isOff = false
        if fact.ok != true { found.append((index, "\(name(fact.slot)) started and was not whole")) }
        if let role = fact.role, let linked = links[role], linked != fact.slot {
          found.append((index, "\(name(fact.slot)) started as \(role.rawValue); the link leads to \(linked)"))
        }
      case .commanded, .probed, .downloaded: if isOff { found.append((index, "something was done after a power cut and nothing had started")) }
      default: continue
      }
    }
    return found
  }

  /// L3: counted again from the probes, not from what the judge says.
  static func proven(_ facts: [UpdateFact], _ bounds: EvergreenBounds) -> Found {
    var found: Found = []
    for span in TrialSpan.all(in: facts) where span.ending == .committed {
      var run: [UpdateFact] = []
      for fact in facts[span.first..<span.last] {
        if fact.kind == .started || fact.kind == .powerCut || fact.kind == .ended { run = [] }
        guard fact.kind == .probed else { continue }
        if fact.ok != true {
          run = []
        } else {
          if let before = run.last, fact.length(since: before) > bounds.longestGap { run = [] }
          run.append(fact)
        }
      }
      // Between the last probe and the commit there may be a crash; the run before it counts, unless the trial started anew.
      if run.isEmpty { run = lastRun(facts[span.first..<span.last], bounds) }
      let time = run.last.flatMap { last in run.first.map { last.length(since: $0) } } ?? .zero
      let endToEnd = run.count { $0.endToEnd == true }
      if time < bounds.healthyFor { found.append((span.last, "committed after \(Int(time.inSeconds)) s of health")) }
      if run.count < bounds.probes { found.append((span.last, "committed after \(run.count) probes")) }
      if endToEnd < bounds.endToEndProbes { found.append((span.last, "committed without a probe to the cloud and back")) }
    }
    return found
  }

  private static func lastRun(_ facts: ArraySlice<UpdateFact>, _ bounds: EvergreenBounds) -> [UpdateFact] {
    let probes = facts.filter { $0.kind == .probed }
    var run: [UpdateFact] = []
    for probe in probes.reversed() {
      if probe.ok != true { break }
      if let after = run.last, after.length(since: probe) > bounds.longestGap { break }
      run.append(probe)
    }
    return run.reversed()
  }

  /// L4: at its deadline a trial that is not committed ends; it neither goes on, nor starts, nor is committed any more.
  static func deadMan(_ facts: [UpdateFact], _ bounds: EvergreenBounds) -> Found {
    var found: Found = []
    for span in TrialSpan.all(in: facts) {
      guard let deadline = span.deadline else { continue }
      let opened = facts[span.first]
      let length = deadline - opened.at
      let during = facts.indices[span.first..<span.last]
      // What ends a trial that was off at its deadline is said after it, before something else starts: that is no trial that goes on.
      if let late = during.first(where: { facts[$0].length(since: opened) > length + bounds.grace && isOfRunning(facts[$0].kind) }) {
        found.append((late, "the trial of \(span.slot) goes on after its deadline"))
      }
      if let late = during.first(where: { facts[$0].kind == .started && facts[$0].length(since: opened) >= length }) {
        found.append((late, "the trial of \(span.slot) started after its deadline"))
      }
      // How long the machine was off nobody knows, so its restart is the end of the trial's time too.
      if let boot = opened.boot, let late = during.first(where: { facts[$0].kind == .started && facts[$0].boot.map { $0 != boot } ?? false }) {
        found.append((late, "the trial of \(span.slot) started after the machine was restarted"))
      }
      if span.ending == .committed, span.last < facts.count, facts[span.last].kind == .committed, facts[span.last].length(since: opened) >= length {
        found.append((span.last, "\(span.slot) was committed after its deadline"))
      }
    }
    return found
  }

  /// Said by a connector that runs, or of one that ran until then.
  private static func isOfRunning(_ kind: UpdateFact.Kind) -> Bool {
    switch kind {
    case .commanded, .changed, .refused, .downloaded, .verified, .verifyFailed, .preflight, .installed, .installFailed, .started, .ended, .probed,
      .committed, .cleared, .networkUsed:
      true
    case .machine, .removed, .linked, .trialOpened, .snapshotTaken, .stateRestored, .configurationReset, .rollbackBegan, .rolledBack,
      .rollbackFailed, .escalated, .staleIgnored, .powerCut:
      false
    }
  }

  /// T7: a trial is of something newer; a rollback leads to what was committed before.
  static func neverOlder(_ facts: [UpdateFact]) -> Found {
    var found: Found = []
    var committed: Set<SlotName> = []
    for (index, fact) in facts.enumerated() {
      switch fact.kind {
      case .started where fact.role == .active, .committed: if let slot = fact.slot { committed.insert(slot) }
      case .trialOpened:
        if let from = fact.from { committed.insert(from) }
        if let slot = fact.slot, let from = fact.from, slot.version <= from.version { found.append((index, "\(slot) is tried after \(from)")) }
      case .rollbackBegan, .rolledBack:
        if let slot = fact.slot, !committed.contains(slot) { found.append((index, "went back to \(slot), which was never committed here")) }
      default: continue
      }
    }
    return found
  }

  /// T8: what is installed is for this machine.
  static func rightPlatform(_ facts: [UpdateFact]) -> Found {
    guard let here = facts.first(where: { $0.kind == .machine })?.platform else { return [] }
    return facts.indices.filter { facts[$0].kind == .installed && facts[$0].platform != here }.map {
      ($0, "\(name(facts[$0].slot)) is for another platform than \(here)")
    }
  }

  static func name(_ slot: SlotName?) -> String { slot.map { "\($0)" } ?? "an unnamed release" }
}
