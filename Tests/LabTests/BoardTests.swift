import CloudAPI
import Testing
import World

@testable import Lab

/// A board of some connectors, fed by hand.
private struct Stand {
  var board: LabBoard
  var now = Now(moment: Moment(nanoseconds: 1_000_000_000), wall: WallTime(seconds: 1_000_000))
  /// The states of each connector as they were told.
  var told: [String: [String]] = [:]

  init(_ names: String...) {
    let connectors = names.map { LabEndpoints.Connector(name: $0, fqdn: "\($0).forest1.local", socket: "", stateDirectory: "") }
    board = LabBoard(connectors, location: "L", lease: .seconds(6), at: now)
    for name in names { board.begin(name, at: now) }
  }

  mutating func take(_ look: CloudLook, after time: Duration = .milliseconds(250)) {
    now = Now(moment: now.moment + time, wall: now.wall + time)
    for case .state(let row, let from) in board.take(look, at: now) {
      #expect(from == told[row.name]?.last, "a change begins where the last one ended")
      told[row.name, default: []].append(row.state)
    }
  }
}

private func cloud(_ connectors: (String, ConnectorState)..., elected: String? = nil) -> CloudLook {
  .said(
    LabState(
      time: WallTime(seconds: 0), locations: [],
      connectors: connectors.map { name, state in
        LabState.Connector(
          customer: "acme", id: "id-\(name)", fqdn: "\(name).forest1.local", location: "L", state: state, reason: "Because.",
          elected: elected == name,
          electionReason: "", version: "1", servicesUp: 7, servicesTotal: 7, lastContact: nil, leaseEnds: nil, configurationRevision: nil,
          problems: [])
      }))
}

@Suite struct BoardTests {
  @Test func aStartGoesForwardHoweverBusyTheCloudIs() {
    var stand = Stand("c1", "c2")
    let looks: [CloudLook] = [
      .slow, cloud(), .slow, cloud(("c1", .notInContact)), .slow, .slow, cloud(("c1", .error), ("c2", .notInContact)), .slow,
      cloud(("c1", .notInContact), ("c2", .notInContact)), .slow, cloud(("c1", .healthy), ("c2", .error)), .slow, .slow,
      cloud(("c1", .healthy), ("c2", .healthy)), .slow,
    ]
    for look in looks { stand.take(look, after: .seconds(3)) }
    #expect(stand.told == ["c1": ["starting", "healthy"], "c2": ["starting", "healthy"]])
  }

  @Test func aSlowCloudLeavesTheLastStateWithItsAge() {
    var stand = Stand("c1")
    stand.take(cloud(("c1", .healthy)))
    let known = stand.board.rows[0]
    stand.take(.slow, after: .seconds(12))
    #expect(stand.board.rows == [known])
    #expect(known.asOf == stand.now.wall + .seconds(-12))
    #expect(LabTable.lines(stand.board.rows, now: stand.now.wall)[1].hasPrefix("c1         healthy (12 s ago)  "))
  }

  @Test func aCloudThatIsOutOfReachIsSaidToBe() {
    var stand = Stand("c1", "c2")
    stand.take(cloud(("c1", .healthy)))
    stand.take(.outOfReach("nothing listens"))
    #expect(stand.board.rows.map(\.state) == ["unknown", "starting"], "who was never known cannot be lost")
    #expect(stand.board.rows[0].reason == "The cloud is out of reach: nothing listens.")
    #expect(stand.board.rows[0].version == "1", "what was known stays")
    stand.take(cloud(("c1", .notInContact)))
    #expect(stand.told["c1"] == ["healthy", "unknown", "not in contact"])
  }

  @Test func silenceForLongIsOutOfReachToo() {
    var stand = Stand("c1")
    stand.take(cloud(("c1", .healthy)))
    stand.take(.slow, after: LabBoard.shortestSilence - .seconds(1))
    #expect(stand.board.rows[0].state == "healthy")
    stand.take(.slow, after: .seconds(1))
    #expect(stand.board.rows[0].state == "unknown" && stand.board.rows[0].reason.contains("30 s"))
  }

  @Test func whatWorkedOnceIsCalledAsTheCloudCallsIt() {
    var stand = Stand("c1")
    for state in [ConnectorState.notInContact, .healthy, .notInContact, .error, .healthy] { stand.take(cloud(("c1", state))) }
    #expect(stand.told["c1"] == ["starting", "healthy", "not in contact", ConnectorState.error.title, "healthy"])
  }

  @Test func aStartThatTakesTooLongIsCalledByItsName() {
    var stand = Stand("c1")
    stand.take(cloud(("c1", .error)), after: LabBoard.startLimit - .seconds(1))
    stand.take(cloud(("c1", .error)), after: .seconds(1))
    #expect(stand.told["c1"] == ["starting", ConnectorState.error.title])
  }

  @Test func theElectedIsToldOnce() {
    var stand = Stand("c1", "c2")
    func elected(_ changes: [RowChange]) -> [String] {
      changes.compactMap { if case .elected(let row) = $0 { row.name } else { nil } }
    }
    let look = cloud(("c1", .healthy), ("c2", .healthy), elected: "c2")
    #expect(elected(stand.board.take(look, at: stand.now)) == ["c2"])
    #expect(elected(stand.board.take(look, at: stand.now)).isEmpty)
  }
}
