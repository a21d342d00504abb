import CloudAPI
import SimulatedWorld
import Synchronization
import Testing
import World

@testable import Lab

private func row(_ name: String, _ state: String, elected: Bool = false, contact: WallTime? = nil) -> ConnectorRow {
  ConnectorRow(
    name: name, fqdn: "\(name).forest1.local", state: state, reason: "", elected: elected, version: "0.1.0.1", servicesUp: 7, servicesTotal: 7,
    lastContact: contact, id: "1")
}

private final class Lines: Sendable {
  private let kept = Mutex<[String]>([])
  func add(_ line: String) { kept.withLock { $0.append(line) } }
  var all: [String] { kept.withLock { $0 } }
}

@Suite struct ShowTests {
  let now = WallTime(seconds: 1_000_000)

  @Test func theTableAlignsAndSaysHowOldTheContactIs() {
    let lines = LabTable.lines(
      [row("c1", "healthy", elected: true, contact: now + .milliseconds(-1300)), row("c10", "not in contact", contact: now + .seconds(-75))], now: now
    )
    #expect(
      lines == [
        "CONNECTOR  STATE           ELECTED  VERSION  SERVICES UP  LAST CONTACT",
        "c1         healthy         yes      0.1.0.1  7 of 7       1.3 s ago",
        "c10        not in contact           0.1.0.1  7 of 7       75 s ago",
      ])
  }

  @Test(arguments: [
    (0.0, "0.0 s ago"), (9.99, "9.9 s ago"), (10, "10 s ago"), (119, "119 s ago"), (120, "2 min ago"), (7200, "2 h ago"), (-5, "0.0 s ago"),
  ])
  func ages(seconds: Double, text: String) {
    #expect(LabTable.age(now + .milliseconds(Int64(-seconds * 1000)), now: now) == text)
  }

  @Test func jsonSaysEachChangeOfState() {
    let lines = Lines()
    let show = JSONPresenter { lines.add($0) }
    let healthy = row("c1", "healthy", elected: true)
    for change in [RowChange.state(row("c1", "starting"), from: nil), .state(healthy, from: "starting"), .elected(healthy)] {
      show.change(change, at: now)
    }
    #expect(lines.all.count == 2)
    #expect(lines.all[1].contains(#""connector":"c1""#) && lines.all[1].contains(#""state":"healthy""#))
  }

  @Test func theTerminalGoesBackOverItsTable() {
    let lines = Lines()
    let show = TerminalPresenter(clock: SimulatedClock(wall: WallTime(seconds: 0)), width: { 40 }, write: { lines.add($0) })
    show.rows([row("c1", "healthy")], now: now)
    show.event("something happened")
    #expect(lines.all.count == 2)
    #expect(lines.all[1].hasPrefix("\u{1b}[3A\r\u{1b}[Jsomething happened\n"))
    let widest = lines.all[0].split(separator: "\n").map(\.count).max() ?? 0
    #expect(widest <= 40)
  }

  @Test func plainLinesSayWhoAndWhy() {
    let lines = Lines()
    let show = PlainPresenter(clock: SimulatedClock(wall: WallTime(seconds: 0))) { lines.add($0) }
    var wrong = row("c1", "error")
    wrong.reason = "No space."
    show.change(.state(wrong, from: nil), at: now)
    show.change(.elected(wrong), at: now)
    #expect(lines.all == ["\(now) cloud: c1 is error: No space.", "\(now) cloud: c1 is elected"])
  }

  @Test func theTerminalsTableHasTheFirstStates() {
    let lines = Lines()
    let show = TerminalPresenter(clock: SimulatedClock(wall: WallTime(seconds: 0)), width: { 80 }, write: { lines.add($0) })
    show.change(.state(row("c1", "starting"), from: nil), at: now)
    #expect(lines.all.isEmpty)
    show.change(.state(row("c1", "healthy"), from: "starting"), at: now)
    #expect(lines.all == ["\(now) cloud: c1 is healthy\n"])
  }

  @Test func connectorThatTheCloudKnowsNoMoreIsShownAsDeleted() {
    let connectors = [LabEndpoints.Connector(name: "c1", fqdn: "c1.forest1.local", socket: "", stateDirectory: "")]
    let empty = LabState(time: WallTime(seconds: 0), locations: [], connectors: [])
    var rows = RowMaker.rows(connectors, location: "L", state: empty, before: [], at: now)
    #expect(rows[0].state == "starting")
    var known = row("c1", "healthy", elected: true)
    known.id = "id"
    for _ in 1...2 {
      rows = RowMaker.rows(connectors, location: "L", state: empty, before: [known], at: now)
      #expect(rows[0].state == "deleted" && rows[0].servicesUp == 0)
      known = rows[0]
    }
  }
}
