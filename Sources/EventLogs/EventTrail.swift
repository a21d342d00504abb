package import EventCatalog
package import World

/// The events of one connector, or of the cloud, in their order, with what is missing.
package struct EventTrail: Sendable {
  /// Numbers that no event has, between two that are there.
  package struct Gap: Hashable, Sendable {
    package var boot: String
    package var after: UInt64
    package var before: UInt64
    /// Of the event that comes next.
    package var at: WallTime
    /// connectord itself says that an output was too slow.
    package var isTold: Bool
  }
  /// Events between which nothing can be missing.
  package struct Stretch: Hashable, Sendable {
    package var records: [EventRecord]
    /// Nothing is known of what was before: the log begins in the middle, or what was before ended in the middle.
    package var isTorn: Bool
  }
  package let connector: String
  /// Each once; boots in the order in which they begin, and in each boot by number.
  package let records: [EventRecord]
  package let gaps: [Gap]
  package let stretches: [Stretch]
  /// Boots whose first event is not there.
  package let headless: Int

  /// One for each connector, by name; those of its records that are there twice count once.
  package static func trails(of log: EventLog) -> [EventTrail] {
    Dictionary(grouping: log.records, by: \.connector).sorted { $0.key < $1.key }.map { EventTrail($0.key, $0.value) }
  }

  init(_ connector: String, _ records: [EventRecord]) {
    self.connector = connector
    var boots: [String: [UInt64: EventRecord]] = [:]
    for record in records where boots[record.boot]?[record.sequence] == nil { boots[record.boot, default: [:]][record.sequence] = record }
    let runs = boots.values.map { $0.values.sorted { $0.sequence < $1.sequence } }.sorted { a, b in
      guard let a = a.first, let b = b.first else { return false }
      return (a.time, a.boot) < (b.time, b.boot)
    }
    var (gaps, stretches, headless): ([Gap], [Stretch], Int) = ([], [], 0)
    var (isOrderly, isFirst) = (true, true)
    for run in runs {
      let isTold = run.contains { $0.event.definition.code == DaemonEvents.eventsLost.code }
      // What was said before a run ended out of order may not have been kept.
      if run.first?.sequence != 1 {
        headless += 1
        stretches.append(Stretch(records: [], isTorn: true))
      } else if isFirst || !isOrderly {
        stretches.append(Stretch(records: [], isTorn: !isFirst))
      }
      isFirst = false
      var last: UInt64?
      for record in run {
        if let last, record.sequence != last + 1 {
          gaps.append(Gap(boot: record.boot, after: last, before: record.sequence, at: record.time, isTold: isTold))
          stretches.append(Stretch(records: [], isTorn: true))
        }
        last = record.sequence
        stretches[stretches.count - 1].records.append(record)
      }
      isOrderly = run.last?.event.definition.code == DaemonEvents.stopped.code
    }
    self.records = runs.flatMap(\.self)
    (self.gaps, self.stretches, self.headless) = (gaps, stretches, headless)
  }
}
