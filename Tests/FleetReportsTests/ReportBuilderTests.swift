import Fleet
import Foundation
import Simulation
import Testing
import World

@testable import FleetReports

/// What the page is told, and that nothing in it can break out of its place.
@Suite struct ReportBuilderTests {
  private func page(_ scenario: Scenario, _ lines: [TraceLine] = []) throws -> (html: String, data: [String: Any]) {
    let builder = ReportBuilder(scenario)
    var run = FleetRun(scenario, sink: { builder.add($0) })
    let verdict = run.run()
    for line in lines { builder.add(line) }
    let html = builder.html(verdict, again: "connector-lab sim --seed \(scenario.seed)")
    let start = try #require(html.range(of: "id=\"data\">"))
    let end = try #require(html.range(of: "</script>", range: start.upperBound..<html.endIndex))
    let data = try JSONSerialization.jsonObject(with: Data(html[start.upperBound..<end.lowerBound].utf8))
    return (html, try #require(data as? [String: Any]))
  }

  @Test func aRunIsToldWhole() throws {
    let scenario = Swarm(seed: 11, connectors: 12, locations: 4, days: 20).scenario()
    let (html, data) = try page(scenario)
    let lanes = try #require(data["lanes"] as? [[Any]])
    #expect(lanes.count == 12 && (data["places"] as? [Any])?.count == 4 && (data["releases"] as? [Any])?.count == scenario.releases.count)
    // Everybody was off before its start, served, and changed with each release that it took.
    for lane in lanes {
      let runs = try #require(lane[2] as? [Int])
      #expect(runs.count > 2 && runs[0] == 0 && runs[1] == LanePhase.off.rawValue)
      let times = stride(from: 0, to: runs.count, by: 2).map { runs[$0] }
      #expect(times == times.sorted() && Set(times).count == times.count)
      #expect(zip(stride(from: 1, to: runs.count, by: 2), stride(from: 3, to: runs.count, by: 2)).allSatisfy { runs[$0] != runs[$1] })
    }
    let faults = try #require(data["faults"] as? [[Any]])
    #expect(faults.count == scenario.faults.filter { $0.begins <= scenario.length }.count)
    let lines = try #require(data["lines"] as? [String: Any])
    let rows = try #require(lines["rows"] as? [Int])
    #expect(rows.count == 5 * (data["lineCount"] as? Int ?? 0))
    // Nothing is asked of anybody.
    for word in ["http:", "https:", "//cdn", "src=", "@import", "url("] { #expect(!html.contains(word), "\(word)") }
    #expect(html.contains("default-src 'none'"))
  }

  @Test func theSameRunGivesTheSamePage() throws {
    let scenario = Swarm(seed: 5, connectors: 6, locations: 2, days: 5).scenario()
    #expect(try page(scenario).html == page(scenario).html)
  }

  @Test func nothingThatIsSaidEndsTheScript() throws {
    let evil = "</script><script>alert(1)</script><!-- \u{2028} ]]> \u{0} \"\\"
    let scenario = Swarm(seed: 5, connectors: 2, locations: 1, days: 1).scenario()
    let line = TraceLine(at: Moment(nanoseconds: 86_400_000_000_000), node: "c1", what: "violation", subject: evil, detail: evil)
    let (html, data) = try page(scenario, [line])
    #expect(!html.contains("alert(1)</script>") && html.components(separatedBy: "</script>").count == 3)
    let violations = try #require(data["violations"] as? [[Any]])
    #expect(violations.last?[4] as? String == evil)
  }

  @Test func statesFollowWhatIsSaid() {
    let builder = ReportBuilder(Swarm(seed: 1, connectors: 2, locations: 1, days: 1).scenario())
    func say(_ second: Int64, _ node: String, _ what: String, _ subject: String = "-") {
      builder.add(TraceLine(at: Moment(nanoseconds: second * 1_000_000_000), node: node, what: what, subject: subject))
    }
    say(10, "c1", "ready", "4.9.0.1")
    say(20, "cloud", "offered", "c1")
    say(30, "cloud", "started", "c1")
    say(40, "cloud", "installing", "c1")
    say(50, "c1", "trialOpened")
    say(60, "c1", "process ends")
    say(70, "c1", "ready", "4.10.0.1")
    say(80, "cloud", "loses contact", "c1")
    say(90, "cloud", "has contact", "c1")
    say(100, "c1", "committed")
    say(100, "cloud", "elected", "c2")
    say(110, "cloud", "restarting", "c1")
    say(120, "cloud", "restarted", "c1")
    let phases = builder.lanes[0].phases.pairs
    let expected: [(Int, LanePhase)] = [
      (0, .off), (10, .serving), (20, .waiting), (30, .draining), (40, .installing), (50, .trial), (60, .off), (70, .trial), (80, .outOfContact),
      (90, .trial), (100, .committed), (110, .draining), (120, .committed),
    ]
    #expect(phases == expected.flatMap { [$0.0 * 1_000, $0.1.rawValue] })
    #expect(builder.elections.map(\.lane) == [1])
    #expect(builder.lanes[1].phases.pairs == [0, LanePhase.off.rawValue])
  }

  /// Whatever a run does, the page stays small: what is said most often goes first, and the page says so.
  @Test func linesThatAreTooManyAreLeftOut() throws {
    var store = LineStore(most: 100)
    for number in 0..<5_000 {
      store.add(TraceLine(at: Moment(nanoseconds: 0), node: "c1", what: number % 10 == 0 ? "ready" : "probed"), at: number)
    }
    store.add(TraceLine(at: Moment(nanoseconds: 0), node: "world", what: "fault"), at: 5_000)
    let data = try JSONSerialization.jsonObject(with: Data(store.json().text.utf8)) as? [String: Any]
    let left = try #require(data?["left"] as? [[Any]])
    #expect(left.map { $0[0] as? String } == ["probed", "ready"] && left.map { $0[1] as? Int } == [4_500, 500])
    #expect((data?["rows"] as? [Int])?.count == 5)
  }

  @Test func shortRunsAreThinned() {
    var runs = LaneRuns(0)
    for (at, value) in [(10, 1), (12, 2), (100, 3), (103, 2), (200, 0)] { runs.add(value, at: at) }
    #expect(runs.without(shorterThan: 5, end: 300).pairs == [0, 0, 12, 2, 200, 0])
    // Of one instant only the last counts, and nothing is told twice.
    runs.add(5, at: 200)
    runs.add(2, at: 200)
    #expect(Array(runs.pairs.suffix(2)) == [103, 2])
  }

  @Test func aLineIsAlsoJSON() throws {
    let line = TraceLine(at: Moment(nanoseconds: 1_500_000_000), node: "c1", what: "ready", subject: "4.9", detail: "a\t\"b\"\n")
    let read = try #require(try JSONSerialization.jsonObject(with: Data(line.json.utf8)) as? [String: Any])
    #expect(read["seconds"] as? Double == 1.5 && read["node"] as? String == "c1" && read["detail"] as? String == "a\t\"b\"\n")
    #expect(line.json.hasPrefix("{\"seconds\":1.500000,\"node\":\"c1\",\"what\":\"ready\",\"subject\":\"4.9\"") && !line.json.contains("\n"))
  }
}
