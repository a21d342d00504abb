import EventCatalog
import OutageDrills
import SimulatedSite
import World

/// A drill of two connectors: cut at 10 s, mended at 70 s, over at 150 s.
enum DrillRig {
  static let zero = WallTime(seconds: 1_780_000_000)
  static func at(_ seconds: Double) -> WallTime { zero + .milliseconds(Int(seconds * 1_000)) }

  static func mode(_ name: String, _ seconds: Double, _ before: String, _ after: String) -> EventRecord {
    record(name, seconds, .outageModeChanged(after, before: before, rule: "r", reason: "why <not> & \"so\""))
  }

  static func record(_ name: String, _ seconds: Double, _ event: Event) -> EventRecord {
    EventRecord(event: event, sequence: 1, boot: "b", time: at(seconds), connector: name, service: .highAvailability)
  }

  static func events(_ name: String, entered: Double, left: Double?) -> [EventRecord] {
    let all =
      [
        mode(name, entered - 8, "Working Normally", "Pending HA"), mode(name, entered, "Pending HA", "Initial HA"),
        record(name, entered, .outageBegan(reason: "no answer")), mode(name, 80, "Initial HA", "Pending Recovery"),
      ]
    guard let left else { return all }
    return all + [mode(name, left, "Pending Recovery", "Working Normally"), record(name, left, .outageEnded(after: 60_000))]
  }

  static func drill(_ events: [EventRecord] = events("c1", entered: 40, left: 100) + events("c2", entered: 42, left: 103)) -> OutageDrill {
    var drill = OutageDrill(
      title: "Outage drill: <test>", profile: "cloud-20s", connectors: ["c1", "c2"], began: zero, cut: at(10), healed: at(70), ended: at(150),
      events: events)
    drill.samples = (0...150).map { second in
      .init(
        time: at(Double(second)), machines: 200, registered: (41...60).contains(second) ? 120 : 200, launches: second * 5, failed: max(0, second - 12)
      )
    }
    drill.storms = [
      .init(began: at(41), machines: 80, back: 80, firstBack: at(42.5), lastBack: at(61), cause: "notServing: no"),
      .init(began: at(101), machines: 200, back: 200, firstBack: at(101.2), lastBack: at(122), cause: "notRegistered: no"),
    ]
    var tally = BrokeringTally()
    tally.launches.asked = 900
    tally.launches.acknowledged = 750
    tally.launches.kept = 750
    tally.launches.failed = ["service-unavailable": 150]
    tally.tickets.acknowledged = 740
    tally.tickets.kept = 740
    drill.brokering = tally
    return drill
  }
}
