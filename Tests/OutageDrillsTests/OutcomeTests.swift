import EventCatalog
import Foundation
import SimulatedSite
import Testing
import World

@testable import OutageDrills

@Suite struct OutcomeTests {
  @Test func timesAreThoseOfTheConnectors() {
    let outcome = DrillOutcome(DrillRig.drill())
    #expect(outcome.noticedMilliseconds == 22_000)
    #expect(outcome.enteredMilliseconds == 32_000)
    #expect(outcome.recoveredMilliseconds == 33_000)
    #expect(outcome.machinesBackMilliseconds == 52_000)
    #expect(outcome.connectors.map(\.recoveredMilliseconds) == [30_000, 33_000])
    #expect(outcome.flaps == 0 && outcome.isGood)
    #expect(outcome.storms.map(\.firstBackMilliseconds) == [32_500, 91_200])
    #expect(outcome.connectors[0].modes.map(\.mode) == ["Working Normally", "Pending HA", "Initial HA", "Pending Recovery", "Working Normally"])
    #expect(outcome.connectors[0].modes.first?.from == DrillRig.zero && outcome.connectors[0].modes.last?.to == DrillRig.at(150))
  }

  @Test func aConnectorThatNeverEntersOrNeverReturnsFailsTheDrill() {
    let outcome = DrillOutcome(DrillRig.drill(DrillRig.events("c1", entered: 40, left: nil)))
    #expect(!outcome.isGood && outcome.recoveredMilliseconds == nil)
    #expect(outcome.checks.filter { $0.problem != nil }.map(\.name) == ["every connector enters outage mode", "the cloud brokers again"])
    #expect(outcome.checks.first?.problem?.hasPrefix("c2 did not") == true)
  }

  @Test func entriesAndFailedRecoveriesAreFlaps() {
    var events = DrillRig.events("c1", entered: 40, left: 100) + DrillRig.events("c2", entered: 42, left: 103)
    events += [DrillRig.mode("c1", 85, "Pending Recovery", "Extended HA"), DrillRig.mode("c1", 90, "Extended HA", "Pending Recovery")]
    events += [DrillRig.record("c2", 110, .outageBegan(reason: "again")), DrillRig.record("c2", 130, .outageEnded(after: 20_000))]
    let outcome = DrillOutcome(DrillRig.drill(events))
    #expect(outcome.connectors.map(\.flaps) == [1, 1] && outcome.flaps == 2)
    // The last return is the one that counts.
    #expect(outcome.recoveredMilliseconds == 60_000)
  }

  @Test func whatIsLostOrNotBackFailsTheDrill() {
    var drill = DrillRig.drill()
    drill.brokering?.launches.lost = 1
    drill.brokering?.tickets.lost = 2
    drill.samples[drill.samples.count - 1].registered = 199
    let outcome = DrillOutcome(drill)
    #expect(
      outcome.checks.filter { $0.problem != nil }.map(\.name) == [
        "every machine is registered again", "no acknowledged launch is lost", "no acknowledged ticket is lost",
      ])
    #expect(outcome.machinesBackMilliseconds == nil)
  }

  @Test func eventsOfOtherTimesAreLeftOut() {
    let outcome = DrillOutcome(
      DrillRig.drill(DrillRig.events("c1", entered: 40, left: 100) + [DrillRig.record("c1", 400, .outageBegan(reason: "x"))]))
    #expect(outcome.connectors[0].flaps == 0)
  }

  @Test func theElectedOneIsShownWhileItIs() {
    func elected(_ isSelf: Bool, _ seconds: Double) -> EventRecord {
      DrillRig.record("c1", seconds, .connectorElected("c1", before: nil, isSelf: isSelf, reason: "r", candidates: []))
    }
    let outcome = DrillOutcome(DrillRig.drill([elected(true, 20), elected(true, 25), elected(false, 50), elected(true, 60)]))
    #expect(
      outcome.connectors[0].elected.map { [$0.from, $0.to] } == [
        [DrillRig.at(20), DrillRig.at(50)], [DrillRig.at(60), DrillRig.at(150)],
      ])
  }

  @Test func whoWasElectedBeforeTheDrillIsShownFromItsBegin() {
    var drill = DrillRig.drill([DrillRig.record("c2", 30, .connectorElected("c1", before: "c2", isSelf: false, reason: "r", candidates: []))])
    drill.elected = ["c2"]
    #expect(DrillOutcome(drill).connectors[1].elected.map { [$0.from, $0.to] } == [[DrillRig.zero, DrillRig.at(30)]])
  }

  @Test func jsonIsReadAgain() throws {
    let outcome = DrillOutcome(DrillRig.drill())
    #expect(try JSONDecoder().decode(DrillOutcome.self, from: try JSONEncoder().encode(outcome)) == outcome)
  }
}

@Suite struct DrillPageTests {
  @Test func thePageStandsByItselfAndEscapesWhatItShows() {
    let page = DrillPage.html(DrillOutcome(DrillRig.drill()))
    #expect(page.contains("default-src 'none'") && !page.contains("<script") && !page.contains("http://") && !page.contains("src="))
    #expect(page.contains("Outage drill: &lt;test&gt;") && !page.contains("<test>") && page.contains("why &lt;not&gt; &amp;"))
    #expect(page.contains("prefers-color-scheme: dark"))
    #expect(page.contains("PASSED") && page.contains("32.0 s"))
    for tag in ["html", "body", "main", "section", "table", "svg", "div", "tr", "td", "style", "text"] {
      #expect(page.ranges(of: "<\(tag)>").count + page.ranges(of: "<\(tag) ").count == page.ranges(of: "</\(tag)>").count, "\(tag)")
    }
  }

  @Test func everythingOfThePictureIsWithinIt() throws {
    var drill = DrillRig.drill()
    // Clocks that were set, and a connector that says nothing.
    drill.storms.append(.init(began: DrillRig.at(500), machines: 1, back: 0, firstBack: nil, lastBack: nil, cause: "x"))
    let svg = DrillPicture.svg(DrillOutcome(drill))
    for match in svg.matches(of: #/ (?:x|x1|x2|y|y1|y2|width|height)="([^"]*)"/#) {
      let value = try #require(Double(match.1))
      #expect(value.isFinite && value >= 0 && value <= 1_160, "\(match.0)")
    }
    for mode in ["pending", "initial", "recovery", "normal"] { #expect(svg.contains("var(--\(mode))")) }
    #expect(svg.contains(">2 min</text>") && svg.contains("registered machines"))
  }

  @Test func aDrillWithNothingInItIsShownAllTheSame() {
    let empty = OutageDrill(
      title: "t", profile: "p", connectors: [], began: DrillRig.zero, cut: DrillRig.zero, healed: DrillRig.zero, ended: DrillRig.zero, events: [])
    let outcome = DrillOutcome(empty)
    #expect(DrillPage.html(outcome).contains("</html>") && !DrillText.lines(outcome).isEmpty && outcome.recoveredMilliseconds == nil)
  }

  @Test func ratesAreDifferencesByTime() {
    let rates = DrillPicture.rates([
      .init(time: DrillRig.at(0), launches: 10, failed: 0), .init(time: DrillRig.at(2), launches: 30, failed: 4),
      .init(time: DrillRig.at(2), launches: 31),
      .init(time: DrillRig.at(3)),
    ])
    #expect(rates.map(\.acknowledged) == [10] && rates.map(\.failed) == [2])
    let many = (0...5_000).map { OutageDrill.Sample(time: DrillRig.at(Double($0)), launches: $0, failed: 0) }
    #expect(DrillPicture.rates(many).count <= 260 && DrillPicture.rates(many).allSatisfy { $0.acknowledged == 1 })
  }

  @Test func buildServersSeeEachCheck() {
    var drill = DrillRig.drill()
    drill.brokering?.tickets.lost = 3
    let text = DrillJUnit.text(DrillOutcome(drill))
    #expect(text.contains("tests=\"5\" failures=\"1\"") && text.contains("3 of 740 were lost"))
  }

  @Test(arguments: [(0, "+0.0 s"), (-3_040, "-3.0 s"), (59_949, "+59.9 s"), (59_950, "+1 min 00 s"), (185_400, "+3 min 05 s")])
  func offsets(_ milliseconds: Int, _ text: String) { #expect(DrillWords.offset(milliseconds) == text) }
}
