import SimulatedSite

/// Who waits until a snapshot is as they want it: looked at after each change, so nobody polls.
struct SnapshotHopes {
  private var open: [(isSo: @Sendable (SiteSnapshot) -> Bool, waiter: CheckedContinuation<Void, Never>)] = []

  var isEmpty: Bool { open.isEmpty }

  mutating func add(_ isSo: @escaping @Sendable (SiteSnapshot) -> Bool, _ waiter: CheckedContinuation<Void, Never>) { open.append((isSo, waiter)) }

  mutating func look(_ snapshot: SiteSnapshot) {
    for hope in open where hope.isSo(snapshot) { hope.waiter.resume() }
    open.removeAll { $0.isSo(snapshot) }
  }
}
