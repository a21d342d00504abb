import ConnectorCheckers
import Testing
import World

/// O1 to O5, each broken by hand.
@Suite struct OutageChecksTests {
  private static let bounds = OutageBounds(
    detection: .seconds(60), settle: .seconds(15), holdDown: .seconds(45), initialHA: .seconds(600), recovery: .seconds(600), wordFor: .seconds(15),
    storeFrontFor: .seconds(259_200))
  private typealias What = ConnectorFact.What

  /// Two connectors that have run for ten minutes with everything well, and then this, by seconds.
  private func found(_ facts: [(Int64, String, What)], until end: Int64 = 700) -> Set<String> {
    var checks = ConnectorChecks(outages: Self.bounds)
    let before: [(Int64, String, What)] = ["a", "b"].flatMap { name -> [(Int64, String, What)] in
      [
        (0, name, .storeFrontAsks(true)), (0, name, .joined(location: "l")), (0, name, .configured), (0, name, .reachesCloud(.yes)),
        (0, name, .elected("a")),
      ]
    }
    for (second, node, what) in before + facts { checks.see(ConnectorFact(node, what, at: WallTime(seconds: second))) }
    checks.finish(at: WallTime(seconds: end))
    return Set(checks.violations.map(\.invariant.rawValue)).filter { $0.hasPrefix("O") }
  }

  private let lost: [(Int64, String, What)] = [(600, "a", .reachesCloud(.no)), (600, "b", .reachesCloud(.no))]
  private func enters(_ node: String, _ at: Int64) -> [(Int64, String, What)] {
    [(at - 60, node, .mode(.pendingHA, rule: "probeFailed")), (at, node, .mode(.initialHA, rule: "checkFailed"))]
  }

  @Test func anOutageAsItShouldBe() {
    let entered = lost + enters("a", 665) + [(665, "a", .serving(true))] + enters("b", 665)
    let left: [(Int64, String, What)] = [
      (700, "a", .reachesCloud(.yes)), (700, "b", .reachesCloud(.yes)), (1_265, "a", .mode(.pendingRecovery, rule: "initialOverWell")),
      (1_265, "b", .mode(.pendingRecovery, rule: "initialOverWell")), (1_865, "a", .mode(.workingNormally, rule: "recovered")),
      (1_865, "a", .serving(false)), (1_865, "b", .mode(.workingNormally, rule: "recovered")),
    ]
    #expect(found(entered + left, until: 9_000) == [])
  }

  @Test func o1_brokersWithoutBeingElected() {
    #expect(found(lost + enters("a", 665) + [(665, "a", .serving(true))] + enters("b", 665) + [(666, "b", .serving(true))]) == ["O1"])
    #expect(found([(600, "a", .mode(.pendingHA, rule: "x")), (601, "a", .serving(true)), (602, "a", .serving(false))]).contains("O1"))
    // Elected, in an outage, and it does not.
    #expect(found(lost + enters("a", 665) + enters("b", 665)).contains("O1"))
  }

  @Test func o2_anOutageIsNotNoticed() {
    #expect(found(lost, until: 690) == [])
    #expect(found(lost, until: 800) == ["O2"])
    // Nobody to broker for, or a peer that is served.
    #expect(found(lost + [(600, "a", .storeFrontAsks(false)), (600, "b", .storeFrontAsks(false))], until: 800) == [])
    #expect(found([(600, "a", .reachesCloud(.no))], until: 800) == [])
    #expect(found([(590, "a", .reaches("b", .no)), (600, "a", .reachesCloud(.no))], until: 800) == ["O2"])
  }

  @Test func o3_anOutageDoesNotEnd() {
    let entered = [(100, "a", What.outageForced(true)), (100, "a", .mode(.initialHA, rule: "forced")), (100, "a", .serving(true))]
    #expect(found(entered.map { (Int64($0.0), $0.1, $0.2) }, until: 9_000) == [])
    #expect(found(entered.map { (Int64($0.0), $0.1, $0.2) } + [(200, "a", .outageForced(false))], until: 9_000) == ["O3"])
  }

  @Test func o4_anOutageForNoReason() {
    let serves: [(Int64, String, What)] = [(665, "a", .serving(true))]
    #expect(found(enters("a", 665) + serves, until: 670) == ["O4"])
    // The other one reaches the cloud.
    #expect(found([(600, "a", .reachesCloud(.no))] + enters("a", 665) + serves, until: 670) == ["O4"])
    #expect(found([(500, "b", .left), (600, "a", .reachesCloud(.no))] + enters("a", 665) + serves, until: 670) == [])
    // StoreFront asked last more than three days ago.
    let later: Int64 = 600 + 259_200 + 100
    let silent: [(Int64, String, What)] = [(590, "a", .storeFrontAsks(false)), (591, "b", .storeFrontAsks(false))]
    #expect(found(silent + lost + enters("a", later) + [(later, "a", .serving(true))], until: later + 1) == ["O4"])
  }

  @Test func o5_flapsAreFollowed() {
    let back: [(Int64, String, What)] = [
      (600, "b", .mode(.pendingHA, rule: "probeFailed")), (620, "b", .mode(.workingNormally, rule: "checkSucceeded")),
    ]
    #expect(found(back + [(666, "b", .mode(.pendingHA, rule: "probeFailed"))]) == [])
    #expect(found(back + [(640, "b", .mode(.pendingHA, rule: "probeFailed"))]) == ["O5"])
    let recovery: [(Int64, String, What)] = [
      (600, "b", .outageForced(true)), (600, "b", .mode(.initialHA, rule: "forced")), (601, "b", .outageForced(false)),
      (1_200, "b", .mode(.pendingRecovery, rule: "initialOverWell")),
    ]
    #expect(found(recovery + [(1_300, "b", .mode(.workingNormally, rule: "recovered"))], until: 1_400) == ["O5"])
    let failed: [(Int64, String, What)] = recovery + [(1_300, "b", .mode(.extendedHA, rule: "failedInRecovery"))]
    #expect(found(failed + [(1_320, "b", .mode(.pendingRecovery, rule: "wellAgain"))], until: 1_400) == ["O5"])
    #expect(found(failed + [(1_331, "b", .mode(.pendingRecovery, rule: "wellAgain"))], until: 1_400) == [])
  }
}
