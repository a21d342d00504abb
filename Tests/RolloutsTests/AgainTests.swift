import Foundation
import RolloutCheckers
import Rollouts
import Testing
import World

/// L6 in the fleet: what failed on a connector is not tried there again before a newer release or an operator's word; and that word is for once.
@Suite struct AgainTests {
  let tuesday = UpdateSchedule(.preferredDay(.tuesday, time("18:00")), windowLength: hours(4))

  private func failed() -> Fleet {
    var fleet = Fleet()
    fleet.add("a", 2)
    fleet.behaviours["a-1"] = .fails
    fleet.tell(.publish(.plain("2.0", failureLimit: 2)))
    fleet.run(for: hours(6))
    #expect(fleet.phase("a-1") == .failed && fleet.running("a-2") == version("2.0"))
    return fleet
  }

  @Test(arguments: ["restart", "pin", "cloud"]) func whatFailedIsNotOfferedAgain_L6(_ by: String) throws {
    var fleet = failed()
    switch by {
    case "restart": fleet.tell(.pendingRestart("a-1", true))
    case "pin":
      fleet.tell(.barred("a-1", reason: "pinned"))
      fleet.tell(.barred("a-1", reason: nil))
    default:
      let saved = try JSONEncoder().encode(fleet.logic)
      fleet.rollout = CheckedRollout(try JSONDecoder().decode(RolloutLogic.self, from: saved))
      fleet.tell(.shellStarted)
      for id in ["a-1", "a-2"] { fleet.tell(.health(id, .healthy)) }
      fleet.tell(.pendingRestart("a-1", true))
    }
    fleet.run(for: hours(6))
    #expect(fleet.decided(.started, "a-1").count == 1 && fleet.phase("a-1") == .failed)
    #expect(fleet.decided(.restarted).count == (by == "pin" ? 0 : 1))
    #expect(fleet.logic.rollout?.standing != .halted && fleet.violations.filter { $0.invariant != "F2" }.isEmpty)
    // An operator's word counts, and so does a newer release.
    fleet.behaviours = [:]
    fleet.tell(.order(by == "pin" ? .clear("a-1") : .now("a-1")))
    fleet.run(for: hours(6))
    #expect(fleet.running("a-1") == version("2.0"))
  }

  @Test func whatWasQuarantinedIsOfferedAgainOnlyWhenItIsCleared_L6() {
    var fleet = Fleet()
    fleet.add("a", 2)
    fleet.behaviours["a-1"] = .failsAndVanishes
    fleet.tell(.publish(.plain("2.0")))
    fleet.run(for: hours(6))
    fleet.tell(.barred("a-1", reason: "pinned"))
    fleet.tell(.barred("a-1", reason: nil))
    fleet.tell(.pendingRestart("a-1", true))
    fleet.run(for: hours(6))
    #expect(fleet.phase("a-1") == .quarantined && fleet.decided(.started, "a-1").count == 1)
    fleet.behaviours = [:]
    fleet.tell(.order(.clear("a-1")))
    fleet.run(for: hours(6))
    #expect(fleet.running("a-1") == version("2.0") && fleet.violations == [])
  }

  /// What an earlier version of the cloud has saved names no release that failed.
  @Test func aRecordOfBeforeIsRead() throws {
    let fleet = failed()
    let saved = try JSONSerialization.jsonObject(with: JSONEncoder().encode(fleet.logic))
    func older(_ value: Any) -> Any {
      if let list = value as? [Any] { return list.map(older) }
      guard var object = value as? [String: Any] else { return value }
      for key in ["failedRelease", "delayIsUnused", "stoppedAt"] { object[key] = nil }
      return object.mapValues(older)
    }
    let read = try JSONDecoder().decode(RolloutLogic.self, from: JSONSerialization.data(withJSONObject: older(saved)))
    #expect(read.connectors["a-1"]?.phase == .failed && read.connectors["a-1"]?.failedRelease == nil)
    #expect(fleet.logic.connectors["a-1"]?.failedRelease == version("2.0"))
  }

  @Test func theCheckerSeesARepetition_L6() {
    var checks = RolloutChecks(RolloutSettings())
    func see(_ kind: RolloutDecision.Kind, _ id: String? = nil) {
      checks.see(
        .decision(
          RolloutDecision(
            number: 1, time: at("2026-06-01T00:00"), kind: kind, connector: id, location: nil, ring: nil, version: version("2.0"), token: nil,
            rule: nil,
            until: nil, reason: "")))
    }
    func found() -> Int { checks.violations.count { $0.invariant == "L6" } }
    see(.published)
    for kind in [RolloutDecision.Kind.started, .failed, .leaseReleased, .cleared, .started, .rollingBack, .leaseReleased, .ordered, .started] {
      see(kind, "c1")
    }
    see(.leaseReleased, "c1")
    #expect(found() == 0)
    // A restart of the machine that went wrong is no failure of the release.
    for kind in [RolloutDecision.Kind.restarting, .quarantined, .leaseReleased, .started, .quarantined, .leaseReleased] { see(kind, "c2") }
    #expect(found() == 0)
    see(.started, "c2")
    #expect(found() == 1)
  }

  /// Tuesday's window is days away when somebody orders it now; after its failure the order is over.
  @Test(arguments: [Behaviour.fails, .failsAndVanishes, .vanishesAt(.drained)]) func anOrderIsForOnce_F4(_ behaviour: Behaviour) {
    var fleet = Fleet(at: at("2026-06-03T10:00"))
    fleet.add("a", 2, tuesday)
    fleet.behaviours["a-1"] = behaviour
    fleet.tell(.publish(.plain("2.0")))
    fleet.tell(.order(.now("a-1")))
    fleet.run(until: at("2026-06-08T10:00"))
    #expect(fleet.decided(.started).count == 1)
    fleet.behaviours = [:]
    fleet.tell(.order(.clear("a-1")))
    fleet.run(for: hours(5))
    #expect(fleet.decided(.started).count == 1, "it is Monday")
    fleet.run(for: days(30))
    #expect(fleet.decided(.started, "a-1").map(\.rule) == [.ordered, .preferredDay] && fleet.running("a-1") == version("2.0"))
    #expect(fleet.violations == [])
  }

  @Test func whoWasRolledBackByHandIsLeftAlone_L6() {
    var fleet = Fleet()
    fleet.add("a", 2)
    fleet.tell(.publish(.plain("2.0", failureLimit: 1)))
    fleet.run(for: hours(6))
    fleet.tell(.connector("a-1", location: "a", version("1.0")))
    fleet.run(for: days(3))
    #expect(fleet.phase("a-1") == .failed && fleet.running("a-1") == version("1.0") && fleet.decided(.started, "a-1").count == 1)
    #expect(fleet.decided(.rolledBack).map(\.reason) == ["it has left 2.0.0.0 for 1.0.0.0; clear it to have it updated again"])
    #expect(fleet.logic.rollout?.standing == .done, "no failure of the release")
    fleet.tell(.order(.clear("a-1")))
    fleet.run(for: hours(6))
    #expect(fleet.running("a-1") == version("2.0"))
    // And a newer release is for it again.
    fleet.tell(.connector("a-2", location: "a", version("1.0")))
    fleet.tell(.publish(.plain("2.1")))
    fleet.run(for: hours(6))
    #expect(fleet.running("a-1") == version("2.1") && fleet.running("a-2") == version("2.1"))
    #expect(fleet.violations == [])
  }
}
