import Releases
import World

/// The trials in a trace. A crash may lose a fact, so what a later start shows counts as well: a trial that starts was opened; a release on trial
/// that starts as the active one was committed; what it replaced, starting again, means that the trial went back.
struct TrialSpan {
  enum Ending { case open, committed, wentBack }
  var slot: SlotName
  var from: SlotName?
  var generation: UInt64?
  var deadline: WallTime?
  var first: Int
  var last: Int
  var ending = Ending.open

  static func all(in facts: [UpdateFact]) -> [TrialSpan] {
    var spans: [TrialSpan] = []
    for (index, fact) in facts.enumerated() {
      let isOpen = spans.last.map { $0.ending == .open } ?? false
      switch fact.kind {
      case .trialOpened, .started:
        guard fact.kind == .trialOpened || fact.role == .trial else {
          if isOpen { spans[spans.count - 1].end(fact.slot == spans.last?.slot ? .committed : .wentBack, index) }
          continue
        }
        guard let slot = fact.slot, !(isOpen && spans.last?.generation == fact.generation) else { continue }
        spans.append(
          TrialSpan(slot: slot, from: fact.from, generation: fact.generation, deadline: fact.deadline, first: index, last: facts.count))
      case .committed where isOpen && fact.slot == spans.last?.slot: spans[spans.count - 1].end(.committed, index)
      case .rollbackBegan where isOpen && fact.from == spans.last?.slot: spans[spans.count - 1].end(.wentBack, index)
      default: continue
      }
    }
    return spans
  }

  private mutating func end(_ ending: Ending, _ index: Int) {
    self.ending = ending
    last = index
  }
}

extension UpdateFact {
  /// By the clock that nobody sets, where both were stamped with it in one run of the machine; otherwise by the wall clock.
  func length(since other: UpdateFact) -> Duration {
    guard let boot, boot == other.boot, let uptime, let before = other.uptime else { return at - other.at }
    return .milliseconds(uptime - before)
  }
}
