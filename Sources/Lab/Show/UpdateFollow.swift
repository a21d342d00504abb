import Rollouts
package import SimulatedCloud

/// Follows some connectors to the end of their update: `update now` on a terminal. A value; it is shown the state again and again.
package struct UpdateFollow: Sendable {
  package enum End: Hashable, Sendable {
    case updated
    /// With the reason.
    case failed(String)
  }
  /// By id.
  package private(set) var ends: [String: End] = [:]
  private let connectors: [String]
  private var last: Int

  /// - Parameters:
  ///   - connectors: ids.
  ///   - last: the number of the latest decision that was shown already.
  package init(_ connectors: [String], after last: Int) {
    self.connectors = connectors
    self.last = last
  }

  package var isOver: Bool { ends.count == connectors.count }
  package var failures: [(connector: String, reason: String)] {
    connectors.compactMap { id in if case .failed(let reason)? = ends[id] { (id, reason) } else { nil } }
  }

  /// Returns the decisions that are new and worth a line.
  package mutating func see(_ state: UpdatesState) -> [UpdateLine] {
    let new = state.lines.filter { $0.number > last && (wants($0.connector) || $0.connector == nil) && !Self.quiet.contains($0.kind) }
    last = max(last, state.lines.last?.number ?? 0)
    for id in connectors where ends[id] == nil { ends[id] = end(of: id, state) }
    return new
  }

  private static let quiet: Set<RolloutDecision.Kind> = [
    .leaseGranted, .leaseReleased, .leaseReturned, .offered, .planned, .opened, .scheduleTaken, .schedulePostponed, .found, .lost,
  ]

  private func wants(_ id: String?) -> Bool { id.map(connectors.contains) ?? false }

  private func end(of id: String, _ state: UpdatesState) -> End? {
    guard let row = state.status.rows.first(where: { $0.connector == id }) else { return .failed("it was deleted") }
    let said = state.lines.last { $0.connector == id && [.failed, .rollingBack, .quarantined, .stuck, .blocked, .rolledBack].contains($0.kind) }
    func why(_ word: String) -> End { .failed(said.map { "\(word): \($0.reason)" } ?? word) }
    if row.phase.inFlight, row.phase != .stuck { return nil }
    if let release = state.status.release, row.version >= release { return .updated }
    switch row.phase {
    case .failed:
      let first = state.lines.last { $0.connector == id && ($0.kind == .failed || $0.kind == .rollingBack) }
      return .failed("\(state.lines.wentBack(id) ? "rolled back" : "failed")\((first ?? said).map { ": \($0.reason)" } ?? "")")
    case .quarantined: return why("quarantined")
    case .stuck: return why("stuck")
    case .blocked: return why("blocked")
    default: break
    }
    if let barred = row.barred { return .failed("it takes no updates: \(barred)") }
    switch state.status.standing {
    case .running, .done: return nil
    case .paused, .halted, .aborted: return .failed("the rollout is \(state.status.standing?.rawValue ?? ""): \(state.status.reason)")
    case nil: return .failed("no release is out")
    }
  }
}
