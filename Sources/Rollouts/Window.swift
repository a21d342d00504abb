package import World

/// When a start is allowed.
package struct UpdateWindow: Hashable, Codable, Sendable {
  package var opens: WallTime
  /// Nil: it does not close.
  package var closes: WallTime?

  package init(opens: WallTime, closes: WallTime?) {
    self.opens = opens
    self.closes = closes
  }

  /// Whether something that takes so long may begin now: inside, and over before the end (F4).
  package func fits(_ length: Duration, at now: WallTime) -> Bool {
    guard now >= opens else { return false }
    return closes.map { now + length <= $0 } ?? true
  }
}

extension UpdateSchedule {
  /// The window at or after an instant in which something of this length can still begin after it. Windows are as long as `windowLength` in elapsed time,
  /// also across midnight and across a change of the clock.
  /// - Parameter anyDay: the preferred day no longer counts: the window of each day will do.
  package func window(after: WallTime, fitting length: Duration, anyDay: Bool = false) -> UpdateWindow {
    let (time, weekday): (TimeOfDay, Weekday?)
    switch rule {
    case .atOnce: return UpdateWindow(opens: after, closes: nil)
    case .preferredTime(let preferred): (time, weekday) = (preferred, nil)
    case .preferredDay(let day, let preferred): (time, weekday) = (preferred, anyDay ? nil : day)
    }
    // Yesterday's window may still be open; two days back, because a skipped day moves a window by a day.
    var day = zone.local(after).day + -2
    while true {
      if weekday == nil || day.weekday == weekday {
        let opens = zone.instant(day, time.second)
        let window = UpdateWindow(opens: opens, closes: opens + windowLength)
        // One that just began counts too, even when the length is as long as the window.
        if opens >= after || window.fits(length, at: WallTime(microseconds: after.microseconds + 1)) { return window }
      }
      day = day + 1
    }
  }
}
