import CloudAPI
import RolloutCheckers
import Rollouts
import Testing
import World

@testable import SimulatedCloud

func version(_ text: String) -> ReleaseVersion { ReleaseVersion(text) ?? ReleaseVersion(0, 0, 0, 0) }

/// The whole cloud as a value with connectors that obey it, its facts and decisions read by the checkers of the coordinator.
struct UpdateFleet {
  var cloud = CloudFixture()
  var connectors: [String: ObedientConnector] = [:]
  /// Orders to these are lost on the way.
  var deaf: Set<String> = []
  /// These answer heartbeats, and no order reaches them.
  var unreached: Set<String> = []
  var orders: [(connector: String, command: UpdateCommand)] = []
  var lines: [UpdateLine] = []
  /// The fewest of location acme-rl that served at once.
  var fewestServing = Int.max
  private var checked: CheckedRollout?
  private var records: [CloudRecordKey: CloudRecord] = [:]
  private var links: UInt64 = 0

  /// Connectors `c1`… of acme, healthy, on 1.0.0.0.
  init(_ count: Int, _ change: (inout RolloutSettings) -> Void = { _ in }) {
    var settings = CloudSettings()
    settings.rollout.splay = .zero
    change(&settings.rollout)
    cloud = CloudFixture(settings)
    // The locations that were seeded are the trace's beginning.
    take()
    for number in 1...count {
      let name = "c\(number)"
      connectors[name] = ObedientConnector(name, version: "1.0.0.0")
    }
    for name in connectors.keys.sorted() { ask { $0.register(name) } }
    for name in connectors.keys.sorted() { link(name) }
    beat()
  }

  var violations: [Violation] { checked?.checks.violations ?? [] }
  var logic: RolloutLogic { cloud.logic.updates?.logic ?? RolloutLogic() }
  func phase(_ name: String) -> ConnectorPhase? { logic.connectors["acme-\(name)"]?.phase }

  /// One request, and everything that comes of it, orders to connectors and their answers included.
  mutating func ask(_ body: (inout CloudFixture) -> Void) {
    body(&cloud)
    take()
  }

  mutating func link(_ name: String) {
    links += 1
    let number = links
    ask { $0.ask(.linkUp($0.peer(name), link: number)) }
  }

  /// A heartbeat of each connector that is not deaf, and a step of its work before the next one.
  mutating func beat() {
    cloud.now = Now(moment: cloud.now.moment + .seconds(2), wall: cloud.now.wall + .seconds(2))
    ask { $0.ask(.tick) }
    for name in connectors.keys.sorted() {
      fewestServing = min(fewestServing, connectors.values.count(where: \.isServing))
      guard !deaf.contains(name), let connector = connectors[name] else { continue }
      ask { cloud in
        cloud.beat(name) {
          $0.version = connector.version
          $0.digest = connector.digest
          $0.inMaintenance = connector.inMaintenance
          $0.update = connector.standing
        }
      }
      connectors[name]?.step()
      fewestServing = min(fewestServing, connectors.values.count(where: \.isServing))
    }
  }

  mutating func beats(_ count: Int) { for _ in 0..<count { beat() } }

  mutating func publish(_ text: String, _ reach: PublishedReleases.Reach = .all) {
    ask { $0.ask(.releases(PublishedReleases(published: [.init(version(text), reach: reach, digest: ObedientConnector.digest(of: text))]))) }
  }

  /// The cloud ends, and another one goes on from what was saved.
  mutating func restart() {
    var logic = CloudLogic(settings: cloud.logic.settings)
    _ = logic.load(Array(records.values), at: cloud.now)
    cloud.logic = logic
    for name in connectors.keys.sorted() { link(name) }
  }

  private mutating func take() {
    let directives = cloud.all
    let facts = cloud.facts
    (cloud.all, cloud.facts) = ([], [])
    // The trace from the first fact on: a coordinator of our own is told the same, and its checkers look on.
    for (fact, time) in facts {
      if checked == nil { checked = CheckedRollout(RolloutLogic(settings: cloud.logic.settings.rollout, tokensAfter: UInt64(time.seconds))) }
      _ = checked?.handle(fact, at: time)
    }
    var sent: [(String, UpdateCommand)] = []
    for directive in directives {
      switch directive {
      case .save(let record): records[record.key] = record
      case .remove(let key): records[key] = nil
      case .order(let id, let command): sent.append((id, command))
      default: break
      }
    }
    // Orders keep their order for one connector only: whoever was named last hears of his first.
    let hearers = sent.map(\.0).reversed().reduce(into: [String]()) { if !$0.contains($1) { $0.append($1) } }
    for (id, command) in hearers.flatMap({ one in sent.filter { $0.0 == one } }) {
      let name = String(id.dropFirst("acme-".count))
      orders.append((name, command))
      guard !deaf.contains(name), !unreached.contains(name), let answer = connectors[name]?.obey(command) else { continue }
      fewestServing = min(fewestServing, connectors.values.count(where: \.isServing))
      ask { $0.ask(.standing(connector: id, answer)) }
    }
    lines = cloud.logic.updates?.lines ?? []
  }

  /// The coordinator in the cloud and the one that was told the same facts are in the same state.
  var tracesAgree: Bool { checked?.logic.status == logic.status }
}
