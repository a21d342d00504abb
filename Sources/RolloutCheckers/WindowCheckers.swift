import Foundation
import Rollouts
import World

/// F4 and F11: an update starts, and its restart begins, inside a window of its location with room to finish, also for one that comes late. Works the
/// windows out with Foundation's calendar, not with the coordinator's arithmetic.
struct InsideWindow: Checker {
  private var wasLate: Set<String> = []

  mutating func see(_ entry: TraceEntry, _ fleet: FleetView) -> [Violation] {
    guard case .decision(let decision) = entry, let id = decision.connector else { return [] }
    if decision.kind == .late { wasLate.insert(id) }
    if decision.kind == .committed { wasLate.remove(id) }
    guard decision.kind == .started || decision.kind == .installing, let location = fleet.connectors[id]?.location,
      let schedule = fleet.locations[location]?.schedule
    else { return [] }
    if decision.rule == .ordered || (decision.rule == .emergency && fleet.offer?.emergency == true) { return [] }
    if decision.rule == .forced, fleet.settings.forcedUnscheduled { return [] }
    let settings = fleet.settings
    // A window that is shorter than an update has what a normal drain leaves of it for the installation.
    let whole = min(settings.expectedDrain + settings.expectedInstall, schedule.windowLength)
    let needs = decision.kind == .started ? whole : max(.zero, whole - settings.expectedDrain)
    if Self.inside(schedule, decision.time, needs, anyDay: decision.rule == .forced) { return [] }
    let text = "\(id) is \(decision.kind.rawValue) by rule \(decision.rule?.rawValue ?? "none"), with no room in a window of \(schedule.rule)"
    return [Violation("F4", decision.time, text)] + (wasLate.contains(id) ? [Violation("F11", decision.time, "it came late; " + text)] : [])
  }

  static func inside(_ schedule: UpdateSchedule, _ time: WallTime, _ needs: Duration, anyDay: Bool) -> Bool {
    let (at, weekday): (TimeOfDay, Weekday?)
    switch schedule.rule {
    case .atOnce: return true
    case .preferredTime(let preferred): (at, weekday) = (preferred, nil)
    case .preferredDay(let day, let preferred): (at, weekday) = (preferred, anyDay ? nil : day)
    }
    guard let zone = TimeZone(identifier: schedule.zone.name) else { return false }
    var calendar = Calendar(identifier: .gregorian)
    calendar.timeZone = zone
    let now = Date(timeIntervalSince1970: Double(time.microseconds) / 1e6)
    for back in 0...2 {
      guard let day = calendar.date(byAdding: .day, value: -back, to: calendar.startOfDay(for: now)) else { continue }
      if let weekday, calendar.component(.weekday, from: day) != weekday.rawValue + 1 { continue }
      let parts = DateComponents(hour: Int(at.second / 3600), minute: Int(at.second / 60 % 60), second: Int(at.second % 60))
      let before = day.addingTimeInterval(-1)
      guard let opens = calendar.nextDate(after: before, matching: parts, matchingPolicy: .nextTime, repeatedTimePolicy: .first) else { continue }
      let closes = opens.addingTimeInterval(schedule.windowLength.inSeconds)
      if now >= opens, now.addingTimeInterval(needs.inSeconds) <= closes { return true }
    }
    return false
  }
}

/// F15: a location can delay once in a cycle, and no plan reaches further than the product's longest wait, its delay, the 48 hours, and a day.
struct BoundedDeferral: Checker {
  private var delayed: Set<String> = []
  private var available: [String: WallTime] = [:]
  private var forced: Set<String> = []
  /// The release at the start of its latest update: reaching it ends the wait, also when a newer one has come out.
  private var target: [String: ReleaseVersion] = [:]

  mutating func see(_ entry: TraceEntry, _ fleet: FleetView) -> [Violation] {
    guard case .decision(let decision) = entry else { return [] }
    let id = decision.connector ?? ""
    switch decision.kind {
    case .published:
      delayed = []
      forced = []
    case .delayed:
      guard let location = decision.location, !delayed.insert(location).inserted else { return [] }
      return [Violation("F15", decision.time, "\(location) delays a second time")]
    case .offered:
      if available[id] == nil { available[id] = decision.time }
      if decision.rule == .delayed { forced.remove(id) }
    case .started: target[id] = fleet.offer?.version
    case .committed: if decision.version == fleet.offer?.version || decision.version == target[id] { available[id] = nil }
    case .rolledBack, .quarantined, .removed, .failed: available[id] = nil
    case .forced: forced.insert(id)
    case .planned:
      guard let until = decision.until else { return [Violation("F15", decision.time, "\(id) is planned for never")] }
      let longest = (available[id] ?? decision.time) + .seconds((14 + 14 + 2) * 86_400)
      let limit = (forced.contains(id) ? decision.time : max(decision.time, longest)) + .seconds(27 * 3600)
      if until > limit { return [Violation("F15", decision.time, "\(id) is put off until \(until.iso8601(fraction: 0))")] }
    default: break
    }
    return []
  }
}
