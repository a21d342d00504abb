package import CloudAPI
package import EventCatalog
package import LiveFaults
package import SimulatedCloud
package import World

/// Keeps the list of a lab's faults: who ordered what, until when. Those of links it hands to the listening end; the others are applied by the lab, which follows the list and says what became of them.
/// The list is not kept over a restart: with the cloud's process its faults end.
package actor FaultService {
  /// Chosen: more at once than anybody oversees.
  static let most = 100
  private static let remembered = 50

  private struct Known {
    var report: FaultReport
    /// The connector's id, as its certificate has it.
    var connector: String
  }

  private let clock: any WorldClock
  private let random: any RandomSource
  private let events: any EventSink
  private let connectors: @Sendable () async -> [LabState.Connector]
  private var links: (any LinkFaulting)?
  private var book = FaultBook()
  private var known: [Int: Known] = [:]
  private var ended: [FaultReport] = []
  private var last = 0
  private var timer: Task<Void, Never>?
  private var isStopped = false

  /// - Parameter connectors: those that there are.
  package init(
    clock: any WorldClock, random: any RandomSource, events: any EventSink, connectors: @escaping @Sendable () async -> [LabState.Connector]
  ) {
    self.clock = clock
    self.random = random
    self.events = events
    self.connectors = connectors
  }

  /// The end that applies faults of links.
  package func use(_ links: any LinkFaulting) { self.links = links }

  /// Throws `CloudRefusal`: `badRequest` for an order that cannot be followed, `notFound` for an unknown connector, `conflict` when there are too many.
  package func add(_ order: FaultOrder) async throws(CloudRefusal) -> FaultReport {
    // 32 bits, so that every JSON reader keeps it whole.
    var rule = try Self.rule(order, seed: random.below(1 << 32))
    let rows = await connectors()
    let name = rule.place.connector
    guard let row = rows.first(where: { [$0.id, $0.fqdn, Self.short($0.fqdn)].contains(name) }) else {
      let names = rows.map { Self.short($0.fqdn) }.sorted().joined(separator: ", ")
      throw CloudRefusal(.notFound, "there is no connector '\(name)'; there \(names.isEmpty ? "is none yet" : "are \(names)")")
    }
    guard !isStopped else { throw CloudRefusal(.unavailable, "the cloud is stopping") }
    expire()
    guard book.entries.count < Self.most else {
      throw CloudRefusal(.conflict, "there are \(Self.most) faults already; clear some with connector-lab fault clear ID")
    }
    rule.place = rule.place.of(Self.short(row.fqdn))
    last += 1
    let now = clock.now()
    book.put(last, rule, left: rule.lasts, at: now.moment)
    let isLink = if case .link = rule.place { true } else { false }
    let report = FaultReport(
      id: last, fault: rule.order, connector: row.fqdn, began: now.wall, left: Int(rule.lasts.nanoseconds / 1_000_000),
      standing: isLink ? .active : .waiting)
    known[last] = Known(report: report, connector: row.id)
    if isLink {
      tellLinks(row.id)
      events.emit(.faultBegan(report), from: nil)
    }
    arm()
    return report
  }

  private static func rule(_ order: FaultOrder, seed: UInt64) throws(CloudRefusal) -> FaultRule {
    do { return try FaultRule(order, seed: seed) } catch { throw CloudRefusal(.badRequest, error.description) }
  }

  package func list() -> FaultList {
    expire()
    let now = clock.now().moment
    return FaultList(faults: book.entries.compactMap { report($0, now) }, ended: ended)
  }

  /// For the lab's state: nil when there is none.
  package func shown() -> [FaultReport]? {
    let faults = list().faults
    return faults.isEmpty ? nil : faults
  }

  /// Heals one, or all. Throws `CloudRefusal` `notFound` when there is no such fault.
  package func clear(_ id: Int?) throws(CloudRefusal) -> [FaultReport] {
    expire()
    if let id, !book.contains(id) {
      throw CloudRefusal(.notFound, "there is no fault \(id); connector-lab fault list shows those that there are")
    }
    return end(book.clear(id), "cleared")
  }

  /// What the lab made of a fault. One that is gone already is nobody's business any more.
  package func settle(_ id: Int, _ verdict: FaultVerdict) {
    guard known[id] != nil else { return }
    switch verdict.word {
    case .active, .done:
      if let now = known[id]?.report, now.standing == .waiting {
        known[id]?.report.standing = .active
        events.emit(.faultBegan(now), from: nil)
      }
      if verdict.word == .done { _ = end(book.clear(id), verdict.detail) }
    case .refused:
      if let report = known[id]?.report { events.emit(.faultRefused(report, reason: verdict.detail), from: nil) }
      _ = end(book.clear(id), "refused: \(verdict.detail)", silently: true)
    }
  }

  /// Heals everything.
  package func stop() {
    isStopped = true
    timer?.cancel()
    _ = end(book.clear(nil), "the cloud stopped")
  }

  private func expire() { _ = end(book.expire(at: clock.now().moment), "its time was over") }

  private func end(_ entries: [FaultBook.Entry], _ reason: String, silently: Bool = false) -> [FaultReport] {
    guard !entries.isEmpty else { return [] }
    let now = clock.now().moment
    var out: [FaultReport] = []
    for entry in entries {
      guard var report = report(entry, now), let connector = known.removeValue(forKey: entry.id)?.connector else { continue }
      let wasActive = report.standing == .active
      report.standing = .ended
      report.reason = reason
      out.append(report)
      if case .link = entry.rule.place { tellLinks(connector) }
      if wasActive, !silently { events.emit(.faultEnded(report, reason: reason), from: nil) }
    }
    ended = (ended + out).suffix(Self.remembered)
    arm()
    return out
  }

  private func report(_ entry: FaultBook.Entry, _ now: Moment) -> FaultReport? {
    var report = known[entry.id]?.report
    report?.left = Int(max(.zero, entry.ends - now).nanoseconds / 1_000_000)
    return report
  }

  private func tellLinks(_ connector: String) {
    let now = clock.now().moment
    links?.set(
      book.entries.compactMap { entry in
        guard case .link = entry.rule.place, known[entry.id]?.connector == connector else { return nil }
        return LinkFault(id: entry.id, rule: entry.rule, left: entry.ends - now)
      }, ofLink: connector)
  }

  private func arm() {
    timer?.cancel()
    timer = nil
    guard !isStopped, let next = book.nextEnd else { return }
    timer = Task { [clock] in
      do { try await clock.sleep(until: next) } catch { return }
      self.expire()
    }
  }

  static func short(_ fqdn: String) -> String { fqdn.split(separator: ".").first.map(String.init) ?? fqdn }
}

extension Event {
  static func faultBegan(_ report: FaultReport) -> Event { .fault(FaultEvents.began, report, nil) }
  static func faultEnded(_ report: FaultReport, reason: String) -> Event { .fault(FaultEvents.ended, report, reason) }
  static func faultRefused(_ report: FaultReport, reason: String) -> Event { .fault(FaultEvents.refused, report, reason) }

  private static func fault(_ definition: EventDefinition, _ report: FaultReport, _ reason: String?) -> Event {
    let fault = report.fault
    return .fault(
      definition, number: report.id, what: fault.short, on: fault.on, kind: fault.kind, value: fault.value, jitter: fault.jitter,
      probability: fault.probability, seed: fault.seed, lasts: fault.lasts, reason: reason)
  }
}
