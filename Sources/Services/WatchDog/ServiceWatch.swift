package import EventCatalog
package import World

/// When a service counts as in trouble. Chosen: the product documents none of it.
package struct WatchDogSettings: Hashable, Sendable {
  package var pollEvery: Duration = .seconds(10)
  /// A service that is not up for this long is down.
  package var downAfter: Duration = .seconds(30)
  /// A service that restarts this often within the window is flapping.
  package var flapRestarts = 3
  package var flapWindow: Duration = .seconds(300)
  /// A flapping service is well again when it stays up for this long.
  package var wellAfter: Duration = .seconds(60)
  /// Five minutes: documented (facts/product.md 2.3).
  package var pendingCheckEvery: Duration = .seconds(300)
  /// Seconds between finding a pending restart and restarting ("promptly", facts/product.md 2.3).
  package var restartDelay: UInt32 = 60
  /// The cloud orders restarts, one connector at a time; then none is scheduled here.
  package var isCoordinated = false

  package init() {}
}

/// Tells trouble from a restart now and then: says once when a service is down for long or flapping, and once when it is well again. Pure.
package struct ServiceWatch: Sendable {
  package enum Trouble: String, Sendable { case down, flapping }

  package struct Record: Hashable, Sendable {
    package fileprivate(set) var condition: ServiceCondition
    package fileprivate(set) var trouble: Trouble?
    fileprivate var troubleSince: Moment
    fileprivate var downSince: Moment?
    fileprivate var upSince: Moment?
    fileprivate var restarts: [Moment] = []
  }

  private let settings: WatchDogSettings
  private var byName: [ServiceName: Record] = [:]

  package init(_ settings: WatchDogSettings) { self.settings = settings }

  /// In the seed's order.
  package var records: [Record] { ServiceName.allCases.compactMap { byName[$0] } }

  package mutating func update(_ conditions: [ServiceCondition], at now: Moment) -> [Event] {
    conditions.filter(\.isEnabled).flatMap { update($0, now) }
  }

  private mutating func update(_ condition: ServiceCondition, _ now: Moment) -> [Event] {
    var record = byName[condition.name] ?? Record(condition: condition, troubleSince: now)
    defer { byName[condition.name] = record }
    let (more, overflow) = condition.restarts.subtractingReportingOverflow(record.condition.restarts)
    // More than make it flapping do not matter; a count that falls is a supervisor that began anew.
    let new = condition.restarts <= record.condition.restarts ? 0 : overflow ? settings.flapRestarts : min(more, settings.flapRestarts)
    record.condition = condition
    record.restarts = record.restarts.filter { now - $0 < settings.flapWindow } + Array(repeating: now, count: new)
    if condition.isUp {
      record.downSince = nil
      record.upSince = new > 0 ? now : record.upSince ?? now
    } else {
      record.upSince = nil
      record.downSince = record.downSince ?? now
    }
    return record.judge(settings, now)
  }
}

extension ServiceWatch.Record {
  /// | trouble | restarts in the window | up | → |
  /// | none or down | enough | | flapping |
  /// | none | few | not for `downAfter` | down |
  /// | down | few | yes | none |
  /// | flapping | | for `wellAfter` | none |
  fileprivate mutating func judge(_ settings: WatchDogSettings, _ now: Moment) -> [Event] {
    let name = condition.name.rawValue
    let isFlapping = restarts.count >= settings.flapRestarts
    switch trouble {
    case nil where isFlapping, .down where isFlapping:
      if trouble == nil { troubleSince = restarts.first ?? now }
      trouble = .flapping
      return [.watchDogServiceFlapping(service: name, restarts: restarts.count, window: settings.flapWindow.wholeMilliseconds)]
    case nil:
      guard let downSince, now - downSince >= settings.downAfter else { return [] }
      troubleSince = downSince
      trouble = .down
      return [.watchDogServiceDown(service: name, state: condition.state, elapsed: (now - downSince).wholeMilliseconds)]
    case .down: return upSince == nil ? [] : [well(now)]
    case .flapping:
      guard let upSince, now - upSince >= settings.wellAfter else { return [] }
      return [well(now)]
    }
  }

  private mutating func well(_ now: Moment) -> Event {
    trouble = nil
    restarts = []
    return .watchDogServiceWell(service: condition.name.rawValue, elapsed: (now - troubleSince).wholeMilliseconds)
  }
}

extension Duration {
  fileprivate var wholeMilliseconds: Int { Int(nanoseconds / 1_000_000) }
}
