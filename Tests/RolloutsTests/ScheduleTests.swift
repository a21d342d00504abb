import Rollouts
import Testing
import World

/// The product's schedule arithmetic. 2026-06-01 is a Monday.
@Suite struct ScheduleTests {
  struct Row: CustomTestStringConvertible, Sendable {
    var rule: ScheduleRule
    var zone = "UTC"
    var available: String
    var first: String
    var rest = ""
    var testDescription: String { "\(rule) in \(zone), available \(available)" }
  }

  static let table: [Row] = [
    Row(rule: .atOnce, available: "2026-06-01T10:00", first: "2026-06-01T10:00"),
    Row(rule: .preferredTime(time("18:00")), available: "2026-06-01T10:00", first: "2026-06-02T18:00"),
    Row(rule: .preferredTime(time("08:00")), available: "2026-06-01T10:00", first: "2026-06-03T08:00"),
    Row(rule: .preferredTime(time("10:00")), available: "2026-06-01T10:00", first: "2026-06-02T10:00"),
    // The product's own examples: Monday, preferred Tuesday 6 PM: eight days; Tuesday, preferred Monday: thirteen.
    Row(rule: .preferredDay(.tuesday, time("18:00")), available: "2026-06-01T10:00", first: "2026-06-09T18:00"),
    Row(rule: .preferredDay(.monday, time("18:00")), available: "2026-06-02T10:00", first: "2026-06-15T18:00"),
    Row(rule: .preferredDay(.tuesday, time("03:00")), available: "2026-06-01T23:00", first: "2026-06-09T03:00"),
    // The same weekday: seven days when the time of day has not passed, else fourteen.
    Row(rule: .preferredDay(.monday, time("18:00")), available: "2026-06-01T10:00", first: "2026-06-08T18:00"),
    Row(rule: .preferredDay(.monday, time("08:00")), available: "2026-06-01T10:00", first: "2026-06-15T08:00"),
    // Zones: the day is the location's. Monday 23:30 UTC is Tuesday in Kolkata, Berlin, Lord Howe and Apia, and Monday in New York.
    Row(rule: .preferredDay(.tuesday, time("18:00")), zone: "Asia/Kolkata", available: "2026-06-01T23:30", first: "2026-06-09T12:30"),
    Row(rule: .preferredDay(.wednesday, time("18:00")), zone: "Asia/Kolkata", available: "2026-06-01T23:30", first: "2026-06-10T12:30"),
    Row(rule: .preferredDay(.monday, time("18:00")), zone: "Europe/Berlin", available: "2026-06-01T23:30", first: "2026-06-15T16:00"),
    Row(rule: .preferredDay(.tuesday, time("18:00")), zone: "America/New_York", available: "2026-06-01T23:30", first: "2026-06-09T22:00"),
    Row(rule: .preferredDay(.wednesday, time("00:30")), zone: "Australia/Lord_Howe", available: "2026-06-01T23:30", first: "2026-06-09T14:00"),
    Row(rule: .preferredDay(.wednesday, time("00:30")), zone: "Pacific/Apia", available: "2026-06-01T23:30", first: "2026-06-09T11:30"),
    Row(rule: .preferredTime(time("02:00")), zone: "Asia/Kolkata", available: "2026-06-01T00:00", first: "2026-06-02T20:30"),
    // The product's names of zones.
    Row(rule: .preferredTime(time("18:00")), zone: "GMT Standard Time", available: "2026-06-01T10:00", first: "2026-06-02T17:00"),
    Row(rule: .preferredTime(time("18:00")), zone: "W. Europe Standard Time", available: "2026-06-01T10:00", first: "2026-06-02T16:00"),
    // Clocks go forward: 02:30 does not exist on 29 March in Berlin, on 8 March in New York, 02:15 on 4 October on Lord Howe: the first instant after.
    Row(rule: .preferredTime(time("02:30")), zone: "Europe/Berlin", available: "2026-03-28T00:30", first: "2026-03-29T01:00"),
    Row(rule: .preferredTime(time("02:30")), zone: "America/New_York", available: "2026-03-07T06:00", first: "2026-03-08T07:00"),
    Row(rule: .preferredTime(time("02:15")), zone: "Australia/Lord_Howe", available: "2026-10-02T14:00", first: "2026-10-03T15:30"),
    Row(rule: .preferredTime(time("03:30")), zone: "Europe/Berlin", available: "2026-03-28T00:30", first: "2026-03-29T01:30"),
    // Clocks go back: 02:30 happens twice on 25 October in Berlin, 01:30 on 1 November in New York, 01:45 on 5 April on Lord Howe: the first of them.
    Row(rule: .preferredTime(time("02:30")), zone: "Europe/Berlin", available: "2026-10-24T00:00", first: "2026-10-25T00:30"),
    Row(rule: .preferredTime(time("01:30")), zone: "America/New_York", available: "2026-10-31T05:00", first: "2026-11-01T05:30"),
    Row(rule: .preferredTime(time("01:45")), zone: "Australia/Lord_Howe", available: "2026-04-03T14:00", first: "2026-04-04T14:45"),
    // The day wait counts days of the calendar: over a change of the clock it is not 168 hours. Monday 00:30 stays Monday.
    Row(rule: .preferredDay(.tuesday, time("18:00")), zone: "Europe/Berlin", available: "2026-10-18T22:30", first: "2026-10-27T17:00"),
    Row(rule: .preferredDay(.monday, time("18:00")), zone: "Europe/Berlin", available: "2026-03-23T22:30", first: "2026-04-06T16:00"),
    // Samoa left out Friday 30 December 2011: the first instant after the gap is Saturday's midnight.
    Row(rule: .preferredDay(.friday, time("12:00")), zone: "Pacific/Apia", available: "2011-12-22T20:00", first: "2011-12-30T10:00"),
  ]

  @Test(arguments: table) func firstOpportunity(_ row: Row) {
    #expect(UpdateSchedule(row.rule, zone: zone(row.zone)).due(available: at(row.available)).first == at(row.first))
  }

  @Test(arguments: ["Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "Pacific/Apia", "UTC"])
  func everyHourOfAYearKeepsTheBounds(_ name: String) {
    let place = zone(name)
    for hour in stride(from: 0, to: 8_760, by: 5) {
      let available = at("2026-01-01T00:30") + hours(hour)
      let daily = UpdateSchedule(.preferredTime(time("02:30")), zone: place).due(available: available)
      #expect(daily.first >= available + hours(24) && daily.first < available + hours(49))
      #expect(daily.forcedAt >= available + hours(48))
      for weekday in Weekday.allCases {
        let due = UpdateSchedule(.preferredDay(weekday, time("02:30")), zone: place).due(available: available)
        let (from, to) = (place.local(available).day, place.local(due.first).day)
        let waited = to.number - from.number
        #expect(to.weekday == weekday)
        // 8 to 13 days, as the product says; 7 or 14 on the weekday of the availability itself.
        #expect(from.weekday == weekday ? waited == 7 || waited == 14 : (8...13).contains(waited))
        let delayed = UpdateSchedule(.preferredDay(weekday, time("02:30")), zone: place).due(available: available, delayed: true)
        #expect(place.local(delayed.first).day.number == to.number + 14)
        #expect(delayed.rule == .delayed)
      }
    }
  }

  @Test func delayKeepsTheTimeOnTheWall() {
    let due = UpdateSchedule(.preferredTime(time("18:00")), zone: zone("Europe/Berlin")).due(available: at("2026-10-15T10:00"), delayed: true)
    // 16 October 18:00 in summer, 30 October 18:00 in winter.
    #expect(due.first == at("2026-10-30T17:00"))
    #expect(UpdateSchedule().due(available: at("2026-06-01T10:00"), delayed: true).first == at("2026-06-15T10:00"))
  }

  @Test func missedFor48Hours() {
    let daily = UpdateSchedule(.preferredTime(time("18:00"))).due(available: at("2026-06-01T10:00"))
    #expect(daily.forcedAt == at("2026-06-03T10:00"))
    let weekly = UpdateSchedule(.preferredDay(.tuesday, time("18:00"))).due(available: at("2026-06-01T10:00"))
    #expect(weekly.forcedAt == at("2026-06-11T18:00"))
    // A window that is open at the 48th hour is not taken away.
    let late = UpdateSchedule(.preferredTime(time("09:00"))).due(available: at("2026-06-01T10:00"))
    #expect(late.first == at("2026-06-03T09:00") && late.forcedAt == at("2026-06-03T13:00"))
  }

  @Test func zonesAndTimesAreRead() {
    #expect(Zone("Atlantis/Capital") == nil)
    #expect(TimeOfDay("12:00:00") == TimeOfDay(hour: 12))
    #expect(TimeOfDay("24:00") == nil && TimeOfDay("1:00") == nil && TimeOfDay("12") == nil && TimeOfDay("12:00:60") == nil)
  }
}
