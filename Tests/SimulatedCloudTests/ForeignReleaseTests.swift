import CloudAPI
import EventCatalog
import Rollouts
import Testing
import World

@testable import SimulatedCloud

/// F19: a version alone is a claim; the digest of the manifest says what runs.
@Suite struct ForeignReleaseTests {
  private func beat(_ fleet: inout UpdateFleet, _ name: String, _ version: String, _ digest: String?) {
    fleet.ask { cloud in
      cloud.beat(name) {
        $0.version = version
        $0.digest = digest
      }
    }
  }
  private func row(_ fleet: UpdateFleet, _ name: String) -> RolloutStatus.Row? { fleet.logic.status.rows.first { $0.connector == "acme-\(name)" } }

  @Test func aTrialOfOtherBytesIsNotCommittedAndGoesBack() {
    var fleet = UpdateFleet(1)
    fleet.connectors["c1"]?.isForeign = true
    fleet.publish("1.0.0.1")
    fleet.beats(4)
    #expect(fleet.lines.contains { $0.kind == .failed && $0.reason.contains("ffffffffffff") })
    fleet.beats(4)
    #expect(fleet.connectors["c1"]?.version == "1.0.0.0" && !fleet.lines.contains { $0.kind == .committed })
    #expect(row(fleet, "c1")?.version == version("1.0.0.0"))
    #expect(fleet.violations == [])
  }

  @Test func whoNamesAPublishedVersionMustRunItsBytes() {
    var fleet = UpdateFleet(2)
    fleet.ask { $0.ask(.operate(customer: "acme", .setWindow(MaintenanceWindowModel(location: "acme-rl", dayOfWeek: .tuesday)))) }
    fleet.publish("1.0.0.1")
    var events: [String] = []
    for _ in 1...2 {
      fleet.cloud.beat("c1") {
        $0.version = "1.0.0.1"
        $0.digest = String(repeating: "f", count: 64)
      }
      events += fleet.cloud.events
      fleet.ask { _ in }
    }
    #expect(events.filter { $0 == "rollout.foreign-release" }.count == 1, "said once")
    #expect(row(fleet, "c1")?.version == version("1.0.0.0"), "it does not count as being there")
    #expect(row(fleet, "c1")?.barred?.contains("it runs 1.0.0.1 with the manifest ffffffffffff") == true)
    // The next process of the cloud believes it no more than this one.
    fleet.restart()
    #expect(row(fleet, "c1")?.version == version("1.0.0.0"))
    beat(&fleet, "c1", "1.0.0.1", ObedientConnector.digest(of: "1.0.0.1"))
    #expect(row(fleet, "c1")?.version == version("1.0.0.1") && row(fleet, "c1")?.barred == nil)
    // A connector that does not know its digest, and a version of which nothing is known.
    beat(&fleet, "c2", "1.0.0.1", nil)
    #expect(row(fleet, "c2")?.version == version("1.0.0.1") && row(fleet, "c2")?.barred == nil)
    beat(&fleet, "c2", "1.0.0.0", String(repeating: "f", count: 64))
    #expect(row(fleet, "c2")?.barred == nil)
  }

  @Test func aDigestThatIsNoneIsNotShown() {
    var fleet = UpdateFleet(1)
    fleet.ask { $0.ask(.operate(customer: "acme", .setWindow(MaintenanceWindowModel(location: "acme-rl", dayOfWeek: .tuesday)))) }
    fleet.publish("1.0.0.1")
    beat(&fleet, "c1", "1.0.0.1", "\u{1b}[31m")
    #expect(row(fleet, "c1")?.barred?.contains("whose digest is none") == true)
  }
}
