package import World

/// A resource location's wish (facts: the product's "Connector updates" page).
package enum ScheduleRule: Hashable, Codable, Sendable {
  /// As soon as it is available; no window.
  case atOnce
  /// Wait 24 hours, then at the next such time of day.
  case preferredTime(TimeOfDay)
  /// Wait seven days, then on the next such day, at the time.
  case preferredDay(Weekday, TimeOfDay)
}

/// The rule with the zone that it is read in, and how long a window stays open.
package struct UpdateSchedule: Hashable, Codable, Sendable {
  package var rule: ScheduleRule
  package var zone: Zone
  /// The product names only a start; the length is ours. Kept between one minute and 23 hours, so that windows of one location never overlap.
  package var windowLength: Duration

  package init(_ rule: ScheduleRule = .atOnce, zone: Zone = .utc, windowLength: Duration = .seconds(4 * 3600)) {
    self.rule = rule
    self.zone = zone
    self.windowLength = min(max(windowLength, .seconds(60)), .seconds(23 * 3600))
  }
}

/// Which rule said that something may start now.
package enum DecidingRule: String, CaseIterable, Codable, Sendable {
  case atOnce, preferredTime, preferredDay
  /// One of those three, two weeks later.
  case delayed
  /// Missed for 48 hours.
  case forced
  case emergency
  /// An operator's order for this one connector.
  case ordered
  /// The machine waits for a restart.
  case pendingRestart
}

/// When an update is to happen by the rules alone, before leases, health and caps have their say.
package struct Due: Hashable, Codable, Sendable {
  /// The first opportunity: a window opens then (always open from then on, `atOnce`).
  package var first: WallTime
  /// Not started by now: the preferred day is no longer waited for.
  package var forcedAt: WallTime
  package var rule: DecidingRule

  package init(first: WallTime, forcedAt: WallTime, rule: DecidingRule) {
    self.first = first
    self.forcedAt = forcedAt
    self.rule = rule
  }
}

extension UpdateSchedule {
  /// How long the product waits, of its documentation.
  package static let waitForTime = Duration.seconds(24 * 3600)
  package static let waitForDay: Int64 = 7
  package static let delayDays: Int64 = 14
  package static let forcedAfter = Duration.seconds(48 * 3600)

  /// The arithmetic of the product. Hours are elapsed hours; days are days of the zone's calendar. On the same weekday as the availability, an update is due
  /// after seven days when the time of day has not passed by then, and else after fourteen: the product's "8 to 13 days" leaves that case out.
  /// - Parameter delayed: the one delay by two weeks applies.
  package func due(available: WallTime, delayed: Bool = false) -> Due {
    var due: Due
    switch rule {
    case .atOnce: due = Due(first: available, forcedAt: available + Self.forcedAfter, rule: .atOnce)
    case .preferredTime(let time):
      let first = next(time, on: nil, from: available + Self.waitForTime)
      // Within 48 hours of the availability, but not before its one window was over.
      due = Due(first: first, forcedAt: max(available + Self.forcedAfter, first + windowLength), rule: .preferredTime)
    case .preferredDay(let day, let time):
      let first = next(time, on: day, from: zone.adding(days: Self.waitForDay, to: available))
      due = Due(first: first, forcedAt: first + Self.forcedAfter, rule: .preferredDay)
    }
    if delayed {
      due.first = zone.adding(days: Self.delayDays, to: due.first)
      due.forcedAt = zone.adding(days: Self.delayDays, to: due.forcedAt)
      due.rule = .delayed
    }
    return due
  }

  /// The first such time of day, on such a day when one is named, at or after an instant.
  private func next(_ time: TimeOfDay, on weekday: Weekday?, from: WallTime) -> WallTime {
    var day = zone.local(from).day
    while true {
      if weekday == nil || day.weekday == weekday {
        let instant = zone.instant(day, time.second)
        if instant >= from { return instant }
      }
      day = day + 1
    }
  }
}
