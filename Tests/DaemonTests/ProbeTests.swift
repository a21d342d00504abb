import CloudAPI
import Evergreen
import ServiceOrder
import Testing
import World

@testable import Daemon
@testable import Supervision

/// What a release on trial must show of itself.
@Suite struct ProbeTests {
  private func facts(_ change: (inout ConnectorFacts) -> Void = { _ in }) throws -> ConnectorFacts {
    var facts = ConnectorFacts(
      services: .none, link: LinkStatus(state: .connected, since: WallTime(seconds: 0)), lastContactAge: .seconds(1), election: nil, revision: nil,
      inMaintenance: false, stopping: false, problems: [])
    change(&facts)
    return facts
  }

  /// All seventeen are asked for by name; none is up here.
  @Test func servicesThatAreNotUpAreNotHealthy() throws {
    let probe = ConnectorProbe.judge(try facts(), reachedTheCloud: true)
    #expect(!probe.isHealthy && probe.reachedTheCloud && !probe.detail.isEmpty)
  }

  /// Neither a cloud that is away nor the maintenance of the update itself is the release's fault; its own problems are.
  @Test func onlyItsOwnProblemsCountAgainstIt() throws {
    let up = try facts { $0.services = .allUp }
    #expect(ConnectorProbe.judge(up, reachedTheCloud: true) == Probe(isHealthy: true, reachedTheCloud: true))
    var away = up
    away.link.state = .backingOff
    away.lastContactAge = nil
    away.inMaintenance = true
    #expect(ConnectorProbe.judge(away, reachedTheCloud: false) == Probe(isHealthy: true, reachedTheCloud: false))
    var full = up
    full.problems = ["The disk is full."]
    #expect(ConnectorProbe.judge(full, reachedTheCloud: true) == Probe(isHealthy: false, reachedTheCloud: true, detail: "The disk is full."))
    var stopping = up
    stopping.stopping = true
    #expect(!ConnectorProbe.judge(stopping, reachedTheCloud: true).isHealthy)
  }
}

extension SupervisorSnapshot {
  fileprivate static var allUp: SupervisorSnapshot {
    let children = ServiceOrder.all.filter(\.isSimulated).map {
      ChildSnapshot(id: $0.name.rawValue, state: .ready, incarnation: 1, restarts: 0, since: WallTime(seconds: 0), abandoned: 0)
    }
    return SupervisorSnapshot(phase: .running, children: children, restartsLeft: 10, allReady: true)
  }
}
