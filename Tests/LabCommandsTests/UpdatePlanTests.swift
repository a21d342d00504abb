import ArgumentParser
import Foundation
import Lab
import Rollouts
import Testing
import World

@testable import LabCommands

/// `connector-lab update plan` through its own parser and printer. 2026-06-01 is a Monday.
@Suite struct UpdatePlanTests {
  static let now = WallTime(iso8601: "2026-11-22T10:00:00Z")!

  static func lines(_ line: [String]) throws -> [String] {
    let parsed = try ConnectorLab.parseAsRoot(["update", "plan"] + line)
    let plan = try #require(parsed as? UpdateCommand.Plan)
    return try PlanOutput.lines(try plan.options.scenario(LabConfiguration(), now: now), json: plan.json)
  }

  static func planned(_ line: [String]) throws -> PlannedRollout {
    try JSONDecoder().decode(PlannedRollout.self, from: Data(try lines(line + ["--json"]).joined().utf8))
  }

  /// The product's own examples, and others by the same rule; the days as people count them in the zone.
  @Test(arguments: [
    ("2026-06-01T12:00", "Tue 18:00", "Europe/Berlin", "Tue 2026-06-09 18:", "8 days "),
    ("2026-06-02T18:00", "Mon 18:00", "Europe/Berlin", "Mon 2026-06-15 18:", "13 days "),
    ("2026-06-01T12:00", "tuesday 18:00", "GMT Standard Time", "Tue 2026-06-09 18:", "8 days "),
    ("2026-06-01T12:00Z", "18:00", "Asia/Kolkata", "Tue 2026-06-02 18:", "1 day "),
    ("2026-06-01T12:00", "now", "UTC", "Mon 2026-06-01 12:", ""),
    // 02:30 does not exist on 29 March in Berlin; it happens twice on 25 October.
    ("2026-03-28T01:30", "02:30", "Europe/Berlin", "Sun 2026-03-29 03:", "1 day "),
    ("2026-10-24T02:00", "02:30", "Europe/Berlin", "Sun 2026-10-25 02:", "1 day "),
  ])
  func theFirstOpportunity(_ available: String, _ schedule: String, _ zone: String, _ start: String, _ wait: String) throws {
    let lines = try Self.lines(["--connectors", "1", "--available", available, "--schedule", schedule, "--zone", zone])
    let row = try #require(lines.first { $0.hasPrefix("Lab ") })
    #expect(row.contains("  \(start)"), "\(row)")
    #expect(lines.contains { $0.contains("1 update: the first starts \(start)") && $0.contains(", \(wait)") }, "\(lines)")
  }

  @Test func theOffsetIsThatOfTheDay() throws {
    let row = try #require(
      try Self.lines(["--connectors", "1", "--available", "2026-10-18T01:30", "--schedule", "Sun 18:00", "--zone", "Europe/Berlin"])
        .first { $0.hasPrefix("Lab ") })
    // A week over the end of summer time: winter's offset, and UTC beside it.
    #expect(row.contains("Sun 2026-10-25 18:") && row.contains(" +01:00  2026-10-25 17:"), "\(row)")
    #expect(Zone("America/St_Johns")?.text(WallTime(seconds: -1)) == "Wed 1969-12-31 20:29 -03:30")
  }

  @Test func theLabsOwnFleetIsAssumed() throws {
    let plan = try Self.planned(["--simulate", "30d", "--schedule", "Tue 18:00", "--zone", "Europe/Berlin"])
    #expect(plan.available == Self.now && plan.until == Self.now + .seconds(30 * 86_400))
    #expect(plan.updates.map(\.connector).sorted() == ["c1", "c2"])
    #expect(plan.updates.map(\.canary) == [true, false])
    #expect(plan.updates.allSatisfy { $0.location == "Lab" && $0.from.text == "0.1.0.1" && $0.to.text == "0.1.0.2" && $0.outcome == .committed })
    // Both wait seven days from when they were offered it.
    for update in plan.updates { #expect(update.starts - (try #require(update.offered)) >= .seconds(7 * 86_400)) }
    #expect(plan.left.isEmpty)
  }

  @Test func aLongerFleetSaysWhoIsLeft() throws {
    let lines = try Self.lines(
      ["--connectors", "3", "--locations", "2", "--simulate", "5d", "--schedule", "18:00", "--zone", "UTC", "--available", "2026-06-01T12:00"])
    #expect(lines.contains { $0.hasPrefix("not updated within 5 days: ") && $0.contains("its ring has not opened") }, "\(lines)")
    let none = try Self.lines(["--simulate", "1d", "--schedule", "Tue 18:00"])
    #expect(none.contains("no update starts within 1 day"))
  }

  /// What was missed for 48 hours waits for the next day's window, or, as the product does it, starts at once, window or not.
  @Test func vendorMode() throws {
    let line = ["--connectors", "8", "--rings", "100", "--canaries", "0", "--window", "60", "--schedule", "Tue 18:00", "--zone", "UTC"]
    func forced(_ way: String) throws -> [WallTime] {
      try Self.planned(line + ["--available", "2026-06-01T12:00", "--compatibility", way]).updates.filter { $0.rule == .forced }.map(\.starts)
    }
    func isInTheWindow(_ time: WallTime) -> Bool { (64_800..<68_400).contains(time.seconds % 86_400) }
    let (ours, vendor) = (try forced("standard"), try forced("vendor"))
    #expect(ours.count == 6 && ours.allSatisfy(isInTheWindow))
    #expect(vendor.count == 6 && vendor.contains { !isInTheWindow($0) })
  }

  @Test func theOneDelay() throws {
    let plan = try Self.planned(["--delay", "--available", "2026-06-01T12:00", "--schedule", "Tue 18:00", "--zone", "UTC"])
    #expect(plan.updates.count == 2 && plan.updates.allSatisfy { $0.rule == .delayed && $0.startsLocal.hasPrefix("Tue 2026-06-23 18:") })
    // Who is delayed cannot go first, and nobody waits for that.
    #expect(try Self.planned(["--delay", "--canaries", "1", "--available", "2026-06-01T12:00"]).updates.count == 2)
    #expect(try !Self.lines(["--delay", "--canaries", "1"]).contains { $0.hasPrefix("the rollout stops") })
  }

  @Test func ringsAreTakenAsNamed() throws {
    let lines = try Self.lines(["--ring", "pilot:12.5", "--ring", "all:100", "--bake", "2h"])
    #expect(lines.contains { $0.hasPrefix("rings      pilot to 12.50 %, all to 100 %; canaries 3") })
    #expect(try Self.lines(["--rings", "1,100"]).contains { $0.hasPrefix("rings      1% to 1 %, 100% to 100 %") })
  }

  @Test(arguments: [
    ("--simulate", "0d", "1m to 3660d"), ("--simulate", "soon", "such as 30d"), ("--simulate", "4000d", "1m to 3660d"),
    ("--schedule", "Tue", "'Tue 18:00'"), ("--schedule", "Xyz 18:00", "'Tue 18:00'"), ("--schedule", "25:00", "'18:00'"), ("--schedule", "", "'now'"),
    ("--zone", "Atlantis/Capital", "Europe/Berlin"), ("--window", "0", "1 to 1380"), ("--window", "1381", "1 to 1380"),
    ("--connectors", "0", "1 to 1000"), ("--connectors", "1001", "1 to 1000"), ("--locations", "0", "1 to 1000"),
    ("--available", "tomorrow", "2026-06-01T10:00Z"), ("--available", "2026-02-30T10:00", "2026-06-01T10:00Z"),
    ("--from", "1.2", "four numbers"), ("--to", "0.1.0.1", "not newer"), ("--to", "x", "four numbers"), ("--canaries", "6", "0 to 5"),
    ("--bake", "x", "such as 24h"), ("--rings", "", "end with 100"), ("--rings", "10,50", "end with 100"), ("--rings", "50,10,100", "never fall"),
    ("--rings", "1,x", "end with 100"), ("--rings", "101", "end with 100"), ("--rings", "1.234,100", "end with 100"), ("--ring", "pilot", "pilot:10"),
    ("--ring", ":100", "pilot:10"), ("--compatibility", "other", "standard"), ("--connectors", "many", "connectors"),
  ])
  func badInputIsRefused(_ option: String, _ value: String, _ expected: String) throws {
    let error = try #require(throws: (any Error).self) { _ = try Self.lines([option, value]) }
    let message = ConnectorLab.message(for: error)
    #expect(message.contains(option) || message.contains("release"), "\(message)")
    #expect(message.contains(expected), "\(message)")
    #expect(!message.contains("\n"))
    // The one that `--help` names for a wrong command line.
    #expect(ConnectorLab.exitCode(for: error).rawValue == LabError.Exit.usage.rawValue)
  }

  @Test func optionsThatDoNotGoTogether() {
    for line in [["--rings", "100", "--ring", "a:100"], ["--connectors", "1000", "--locations", "1000"]] {
      let error = #expect(throws: (any Error).self) { _ = try Self.lines(line) }
      #expect(error.map { ConnectorLab.exitCode(for: $0).rawValue } == 64)
    }
  }

  @Test func aZoneOfTheConfigurationThatIsNone() throws {
    var lab = LabConfiguration()
    lab.resourceLocation.timeZone = "Atlantis"
    let plan = try #require(try ConnectorLab.parseAsRoot(["update", "plan"]) as? UpdateCommand.Plan)
    let error = #expect(throws: LabError.self) { _ = try plan.options.scenario(lab, now: Self.now) }
    #expect(error?.exit == .configuration)
  }

  /// The README shows what is printed.
  @Test func theReadmeShowsWhatIsPrinted() throws {
    let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    let readme = try String(contentsOf: folder.appending(path: "README.md"), encoding: .utf8)
    let shown = try Self.lines(["--simulate", "30d", "--schedule", "Tue 18:00", "--zone", "Europe/Berlin", "--available", "2026-06-01T12:00"])
    #expect(readme.contains("--simulate 30d --schedule 'Tue 18:00' --zone Europe/Berlin --available 2026-06-01T12:00\n"))
    #expect(readme.contains("\n" + shown.joined(separator: "\n") + "\n"), "\(shown.joined(separator: "\n"))")
  }
}
