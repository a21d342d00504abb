import CloudAPI
import Foundation
import Rollouts
import SimulatedCloud
import Testing
import World

@testable import Lab

/// What operators see of updates, from the state of a cloud that was told about two connectors.
@Suite struct UpdateShowTests {
  /// A cloud with `c1` and `c2`, both healthy on 0.1.0.1, to which a release may be published.
  struct Scene {
    var logic: CloudLogic
    var now = Now(moment: Moment(nanoseconds: 1), wall: WallTime(seconds: 1_800_000_000))

    init() {
      var settings = CloudSettings()
      settings.rollout.splay = .zero
      logic = CloudLogic(settings: settings)
      _ = logic.handle(
        .seed(
          CloudSeed(
            customers: [CustomerRecord(id: "acme", name: "acme")],
            clients: [ClientRecord(customer: "acme", id: "client", name: "lab", secretDigest: "aa")],
            locations: [LocationRecord(customer: "acme", model: ResourceLocationModel(id: "rl", name: "Lab"))])), at: now)
      for name in ["c1", "c2"] {
        let call = RegistrationCall(
          customer: "acme", fqdn: "\(name).forest1.local", client: "client", secretDigest: "aa", location: "rl", version: "0.1.0.1",
          time: now.wall.iso8601(), newID: name)
        guard case .grant(let grant) = logic.handle(.register(call), at: now).answer else { continue }
        _ = logic.handle(.registered(grant, serial: "1"), at: now)
        _ = logic.handle(.linkUp(LinkPeer(customer: "acme", connectorID: name, serial: "1"), link: 1), at: now)
        beat(name)
      }
    }

    mutating func beat(_ name: String, barred: String? = nil) {
      let report = ConnectorReport(
        id: name, fqdn: "\(name).forest1.local", version: "0.1.0.1", bootstrapperVersion: "0.1.0.1", boot: "b", eventSequence: 1, time: now.wall,
        startedAt: now.wall, services: [], inMaintenance: false, elected: nil, electionReason: "", configurationRevision: nil, peerAddress: nil,
        problems: [], restartPending: false, updatesBarred: barred)
      _ = logic.handle(.heartbeat(customer: "acme", connector: name, .answered(report)), at: now)
    }

    mutating func publish() {
      _ = logic.handle(.releases(PublishedReleases(published: [.init(ReleaseVersion(0, 1, 0, 2))])), at: now)
    }

    mutating func say(_ name: String, _ stage: UpdateStanding.Stage, _ reason: String = "") {
      guard let token = state.status.rows.first(where: { $0.connector == name })?.token else { return }
      _ = logic.handle(.standing(connector: name, UpdateStanding(token: token, stage: stage, version: "0.1.0.2", reason: reason)), at: now)
    }

    var state: UpdatesState {
      var copy = logic
      guard case .updates(let state) = copy.handle(.updates, at: now).answer else { return Scene.none }
      return state
    }
    static var none: UpdatesState { Scene().state }
    var lab: LabState { logic.state(at: now) }
    /// Who acts under a lease now.
    var flying: String { state.status.rows.first { $0.phase.inFlight }?.connector ?? "" }
  }

  @Test func theTableSaysWhoIsWhereAndWhy() {
    var scene = Scene()
    #expect(UpdateTable.head(scene.state) == "no release is out; connector-lab release publish makes one visible")
    scene.beat("c2", barred: "pinned to 0.1.0.1")
    scene.publish()
    #expect(
      UpdateTable.lines(scene.state, names: ["c1.forest1.local": "c1"]) == [
        "release 0.1.0.2 is running, ring all, 1 in flight, 0 of 1 updated",
        "",
        "LOCATION  CONNECTOR  VERSION  TARGET   PHASE     RING  RULE    NEXT                  REASON",
        "Lab       c1         0.1.0.1  0.1.0.2  draining  all   atOnce  2027-01-15T08:15:00Z  it goes into maintenance for 0.1.0.2",
        "Lab       c2         0.1.0.1  0.1.0.2  barred                                        pinned to 0.1.0.1",
      ])
  }

  @Test func theLabsTableHasAColumnForUpdatesWhileThereAreAny() {
    var scene = Scene()
    let connectors = ["c1", "c2"].map { LabEndpoints.Connector(name: $0, fqdn: "\($0).forest1.local", socket: "", stateDirectory: "") }
    func head() -> [String] {
      let rows = RowMaker.rows(connectors, location: "rl", state: scene.lab, before: [], at: scene.now.wall)
      return LabTable.lines(rows, now: scene.now.wall).map { $0.split(separator: "  ").map(String.init).joined(separator: "|") }
    }
    #expect(!head()[0].contains("UPDATE"))
    scene.publish()
    #expect(head()[0].contains("VERSION|UPDATE"))
    #expect(head().contains { $0.contains("draining for 0.1.0.2") })
    scene.say(scene.flying, .drained)
    scene.say(scene.flying, .trial)
    #expect(head().contains { $0.contains("trial of 0.1.0.2") })
    scene.say(scene.flying, .rolledBack)
    #expect(head().contains { $0.contains("rolled back from 0.1.0.2") })
  }

  @Test func newsAreShownOnceAndOnlyThoseOfThisLab() {
    var scene = Scene()
    var reader = NewsReader(since: scene.now.wall)
    #expect(reader.lines(.said(scene.lab)).isEmpty)
    scene.publish()
    let first = reader.lines(.said(scene.lab))
    #expect(first.contains { $0.hasSuffix("cloud notice 21000 Rollout of 0.1.0.2 (published): release 0.1.0.2 is out.") })
    #expect(first.contains { $0.contains("21006 Update of \(scene.flying).forest1.local (started)") })
    #expect(reader.lines(.said(scene.lab)).isEmpty && reader.lines(.slow).isEmpty)
    scene.say(scene.flying, .drained)
    #expect(reader.lines(.said(scene.lab)).count == 1)
    var later = NewsReader(since: scene.now.wall + .seconds(1))
    #expect(later.lines(.said(scene.lab)).isEmpty, "what was decided before this lab began")
  }

  @Test func followingEndsWhenEachIsUpdatedOrHasFailed() {
    var scene = Scene()
    scene.publish()
    var follow = UpdateFollow(["c1", "c2"], after: 0)
    let begin = follow.see(scene.state)
    #expect(begin.contains { $0.kind == .started } && !begin.contains { $0.kind == .leaseGranted })
    #expect(!follow.isOver)
    let first = scene.flying
    for stage in [UpdateStanding.Stage.drained, .trial] { scene.say(first, stage) }
    scene.say(first, .failed, "it has no disk")
    _ = follow.see(scene.state)
    #expect(follow.failures.map(\.connector) == [first] && follow.failures.first?.reason == "rolled back: it has no disk")
    scene.beat(first)
    let second = scene.flying
    #expect(second != first)
    for stage in [UpdateStanding.Stage.drained, .trial, .committed] { scene.say(second, stage) }
    let end = follow.see(scene.state)
    #expect(end.contains { $0.kind == .committed })
    #expect(follow.isOver && follow.ends[second] == .updated)
    #expect(follow.see(scene.state).isEmpty)
  }

  @Test func followingEndsWhenTheRolloutIsStopped() {
    var scene = Scene()
    scene.publish()
    let first = scene.flying
    for stage in [UpdateStanding.Stage.drained, .trial] { scene.say(first, stage) }
    _ = scene.logic.handle(.update(.pause), at: scene.now)
    var follow = UpdateFollow(["c1", "c2"], after: 0)
    _ = follow.see(scene.state)
    #expect(!follow.isOver, "the one on trial goes on")
    scene.say(first, .committed)
    _ = follow.see(scene.state)
    #expect(follow.isOver && follow.failures.first?.reason == "the rollout is paused: paused by an operator")
  }
}
