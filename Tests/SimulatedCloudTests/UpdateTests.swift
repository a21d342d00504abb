import CloudAPI
import EventCatalog
import Rollouts
import Testing
import World

@testable import SimulatedCloud

/// The coordinator of updates in the cloud, with connectors that obey it, and its own checkers looking on.
@Suite struct UpdateTests {
  @Test func bothConnectorsUpdateOneAfterTheOther() {
    var fleet = UpdateFleet(2)
    fleet.publish("1.0.0.1")
    fleet.beats(12)
    #expect(fleet.connectors.values.map(\.version) == ["1.0.0.1", "1.0.0.1"])
    #expect(fleet.phase("c1") == .updated && fleet.phase("c2") == .updated)
    #expect(fleet.logic.status.standing == .done)
    #expect(fleet.fewestServing == 1, "one goes down, never both")
    #expect(fleet.violations == [])
    #expect(fleet.tracesAgree)
    #expect(fleet.connectors.values.allSatisfy { !$0.inMaintenance })
    #expect(Set(fleet.orders.map(\.command).filter { $0.action == .install }.map(\.token)).count == 2)
  }

  @Test func aHeartbeatThatSaysNothingNewChangesNothing() {
    var fleet = UpdateFleet(2)
    fleet.publish("1.0.0.1")
    fleet.beats(12)
    let (decisions, orders) = (fleet.lines.count, fleet.orders.count)
    fleet.beats(5)
    #expect(fleet.lines.count == decisions && fleet.orders.count == orders)
    #expect(!fleet.lines.contains { $0.kind == .staleReport })
  }

  @Test func aLargeLabWithoutARolloutWritesNothingForIt() {
    var fleet = UpdateFleet(5)
    fleet.cloud.all = []
    fleet.cloud.ask(.linkDown(fleet.cloud.peer("c1"), link: 1, reason: "x"))
    fleet.cloud.advance(.seconds(3_600))
    for name in ["c1", "c2", "c3", "c4", "c5"] { fleet.cloud.beat(name) { $0.updatesBarred = "not installed as releases" } }
    let saved = fleet.cloud.all.contains { if case .save(.rollout) = $0 { true } else { false } }
    #expect(!saved)
  }

  @Test func oneThatFailsGoesBackAndIsSkipped() {
    var fleet = UpdateFleet(3)
    fleet.connectors["c1"]?.fails = true
    fleet.publish("1.0.0.1")
    fleet.beats(25)
    #expect(fleet.connectors["c1"]?.version == "1.0.0.0" && fleet.phase("c1") == .failed)
    #expect(fleet.connectors["c2"]?.version == "1.0.0.1" && fleet.connectors["c3"]?.version == "1.0.0.1")
    #expect(fleet.lines.filter { $0.kind == .started && $0.fqdn == "c1.acme.test" }.count == 1, "it is not tried again")
    #expect(fleet.cloud.logic.state(at: fleet.cloud.now).connectors.first { $0.id == "acme-c1" }?.update == "rolled back from 1.0.0.1")
    #expect(fleet.fewestServing >= 2)
    #expect(fleet.violations == [])
    // A newer release is for it again.
    fleet.connectors["c1"]?.fails = false
    fleet.publish("1.0.0.2")
    fleet.beats(25)
    #expect(fleet.connectors.values.allSatisfy { $0.version == "1.0.0.2" })
    #expect(fleet.violations == [])
  }

  /// CTX224073: one that fails stays in maintenance, and the others of its location wait for somebody to clear it.
  @Test func theVendorsWayBlocksTheLocation() {
    var fleet = UpdateFleet(3) { $0.compatibility = .vendor(.location) }
    for name in fleet.connectors.keys { fleet.connectors[name]?.fails = true }
    fleet.publish("1.0.0.1")
    fleet.beats(60)
    #expect(fleet.connectors.keys.count { fleet.phase($0) == .stuck } == 1)
    #expect(fleet.lines.filter { $0.kind == .started }.count == 1, "nobody else gets a turn")
  }

  @Test func theSecondFailureHaltsAReleaseForEverybody() {
    var fleet = UpdateFleet(4)
    for name in fleet.connectors.keys { fleet.connectors[name]?.fails = true }
    fleet.publish("1.0.0.1")
    fleet.beats(40)
    #expect(fleet.logic.rollout?.standing == .halted)
    #expect(fleet.lines.filter { $0.kind == .started }.count == 2)
    #expect(fleet.lines.last { $0.kind == .halted }?.reason.contains(".acme.test: its trial went wrong") == true, "by name, not by id")
    #expect(fleet.connectors.values.allSatisfy { $0.version == "1.0.0.0" && !$0.inMaintenance })
    #expect(fleet.violations == [])
  }

  @Test(arguments: [1, 2, 3, 4, 5, 6, 8]) func theCloudRestartsInTheMiddle(_ after: Int) {
    var fleet = UpdateFleet(2)
    fleet.publish("1.0.0.1")
    fleet.beats(after)
    fleet.restart()
    fleet.beats(14)
    #expect(fleet.connectors.values.allSatisfy { $0.version == "1.0.0.1" && !$0.inMaintenance })
    #expect(fleet.fewestServing == 1)
    #expect(fleet.violations == [])
    let tokens = fleet.orders.filter { $0.command.action == .enterMaintenance }.map(\.command.token)
    #expect(tokens == tokens.sorted(), "tokens never go back")
  }

  @Test func anOrderThatIsLostComesAgainWithTheLink() {
    var fleet = UpdateFleet(2)
    fleet.deaf = ["c1", "c2"]
    fleet.publish("1.0.0.1")
    #expect(fleet.orders.count == 1)
    let first = fleet.orders[0].connector
    (fleet.deaf, fleet.unreached) = ([], [first])
    fleet.beat()
    #expect(fleet.connectors[first]?.standing == nil, "the order was lost")
    fleet.unreached = []
    fleet.link(first)
    #expect(fleet.connectors[first]?.inMaintenance == true)
    fleet.beats(14)
    #expect(fleet.connectors.values.allSatisfy { $0.version == "1.0.0.1" })
    #expect(fleet.violations == [])
  }

  @Test func whoNeverAnswersIsQuarantinedAndTheOtherGoesOn() {
    var fleet = UpdateFleet(3) { $0.drainLimit = .seconds(20) }
    fleet.deaf = ["c1", "c2", "c3"]
    fleet.publish("1.0.0.1")
    let first = fleet.orders[0].connector
    (fleet.deaf, fleet.unreached) = ([], [first])
    fleet.beats(30)
    #expect(fleet.phase(first) == .quarantined)
    #expect(fleet.connectors.values.filter { $0.version == "1.0.0.1" }.count == 2)
    #expect(fleet.violations == [])
    // An operator has looked.
    fleet.unreached = []
    fleet.ask { $0.ask(.update(.clear(first))) }
    fleet.beats(10)
    #expect(fleet.connectors[first]?.version == "1.0.0.1")
    #expect(fleet.violations == [])
  }

  @Test func aRefusedInstallationHasFailedAndNothingIsRolledBack() {
    var fleet = UpdateFleet(2)
    fleet.deaf = ["c1", "c2"]
    fleet.publish("1.0.0.1")
    let first = fleet.orders[0]
    fleet.ask { $0.ask(.standing(connector: "acme-\(first.connector)", UpdateStanding(token: first.command.token, stage: .drained))) }
    let install = fleet.orders.last
    #expect(install?.command.action == .install)
    fleet.ask { $0.ask(.orderRefused(connector: "acme-\(first.connector)", install!.command, detail: "no room on the disk")) }
    #expect(fleet.phase(first.connector) == .failed)
    #expect(fleet.lines.contains { $0.kind == .failed && $0.reason.contains("no room on the disk") })
    #expect(!fleet.orders.contains { $0.command.action == .rollBack }, "it never left its release")
    #expect(fleet.orders.contains { $0.connector == first.connector && $0.command.action == .leaveMaintenance })
    #expect(fleet.violations == [])
  }

  @Test func whoDoesNotKnowOrdersFailsAtOnceAndNotAfterADeadline() {
    var fleet = UpdateFleet(2)
    fleet.deaf = ["c1", "c2"]
    fleet.publish("1.0.0.1")
    let first = fleet.orders[0]
    fleet.ask { $0.ask(.repeatOrder(connector: "acme-\(first.connector)")) }
    #expect(fleet.orders.count == 2 && fleet.orders[1].command == first.command)
    fleet.ask { $0.ask(.orderRefused(connector: "acme-\(first.connector)", first.command, detail: "there is no operation update-order")) }
    #expect(fleet.phase(first.connector) == .failed)
    #expect(fleet.lines.contains { $0.kind == .failed && $0.reason.contains("no operation update-order") })
    #expect(fleet.cloud.logic.underWay("acme-\(first.connector)") == "failed to take 1.0.0.1", "it never left its release")
    #expect(fleet.violations == [])
  }

  @Test func aBarredConnectorTakesNoPartAndHoldsNothingUp() {
    var fleet = UpdateFleet(2)
    fleet.ask { $0.beat("c1") { $0.updatesBarred = "pinned to 1.0.0.0" } }
    fleet.publish("1.0.0.1")
    for _ in 0..<12 {
      fleet.deaf = ["c1"]
      fleet.beat()
      fleet.deaf = []
      fleet.ask { $0.beat("c1") { $0.updatesBarred = "pinned to 1.0.0.0" } }
    }
    #expect(fleet.connectors["c1"]?.version == "1.0.0.0" && fleet.connectors["c2"]?.version == "1.0.0.1")
    #expect(fleet.logic.rollout?.standing == .done, "its ring does not wait for it")
    #expect(fleet.logic.status.rows.first?.barred == "pinned to 1.0.0.0")
    #expect(!fleet.orders.contains { $0.connector == "c1" })
    // It takes updates again: the release is for it as for a late arriver.
    fleet.beats(10)
    #expect(fleet.connectors["c1"]?.version == "1.0.0.1")
    #expect(fleet.violations == [])
  }
}
