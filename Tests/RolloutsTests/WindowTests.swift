import Rollouts
import Testing
import World

@Suite struct WindowTests {
  let daily = UpdateSchedule(.preferredTime(time("22:00")), windowLength: hours(4))

  @Test func aWindowCrossesMidnight() {
    let window = daily.window(after: at("2026-06-02T01:00"), fitting: minutes(30))
    #expect(window == UpdateWindow(opens: at("2026-06-01T22:00"), closes: at("2026-06-02T02:00")))
    // On the preferred day only the evening counts, and the night after it still does.
    let weekly = UpdateSchedule(.preferredDay(.monday, time("22:00")), windowLength: hours(4))
    #expect(weekly.window(after: at("2026-06-02T01:00"), fitting: minutes(30)).opens == at("2026-06-01T22:00"))
    #expect(weekly.window(after: at("2026-06-01T01:00"), fitting: minutes(30)).opens == at("2026-06-01T22:00"))
    #expect(weekly.window(after: at("2026-06-02T02:00"), fitting: minutes(30)).opens == at("2026-06-08T22:00"))
    #expect(weekly.window(after: at("2026-06-02T02:00"), fitting: minutes(30), anyDay: true).opens == at("2026-06-02T22:00"))
  }

  @Test func f4_aWindowWithTooLittleLeftIsNoOpportunity() {
    #expect(daily.window(after: at("2026-06-02T01:31"), fitting: minutes(30)).opens == at("2026-06-02T22:00"))
    let window = UpdateWindow(opens: at("2026-06-01T22:00"), closes: at("2026-06-02T02:00"))
    #expect(window.fits(minutes(30), at: at("2026-06-02T01:30")))
    #expect(!window.fits(minutes(31), at: at("2026-06-02T01:30")))
    #expect(!window.fits(minutes(30), at: at("2026-06-01T21:59")))
  }

  @Test func changesOfTheClockKeepTheLength() {
    let berlin = UpdateSchedule(.preferredTime(time("01:30")), zone: zone("Europe/Berlin"), windowLength: hours(3))
    let spring = berlin.window(after: at("2026-03-29T00:00"), fitting: minutes(30))
    #expect(spring == UpdateWindow(opens: at("2026-03-29T00:30"), closes: at("2026-03-29T03:30")))
    let autumn = berlin.window(after: at("2026-10-24T22:00"), fitting: minutes(30))
    #expect(autumn == UpdateWindow(opens: at("2026-10-24T23:30"), closes: at("2026-10-25T02:30")))
    // A start in the second 02:30 of that night is still inside the one window.
    #expect(berlin.window(after: at("2026-10-25T01:30"), fitting: minutes(30)) == autumn)
  }

  @Test(arguments: ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata"])
  func theNextWindowIsNeverMoreThanADayAway(_ name: String) {
    let schedule = UpdateSchedule(.preferredTime(time("23:15")), zone: zone(name), windowLength: hours(3))
    for quarter in stride(from: 0, to: 35_040, by: 7) {
      let now = at("2026-01-01T00:00") + minutes(15 * quarter)
      let window = schedule.window(after: now, fitting: minutes(30))
      #expect(window.opens <= now + hours(25))
      #expect(window.opens >= now || window.fits(minutes(30), at: now + .microseconds(1)))
    }
  }
}
