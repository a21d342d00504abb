package import CloudAPI
package import World

/// When to dial again after a try that failed, and what the link is called meanwhile. A value: time and randomness come from outside.
package struct Redial: Hashable, Sendable {
  package private(set) var backOff: BackOff
  private let deletedRetry: Duration
  /// The cloud has deleted this connector's record. Other failures do not change that; only a connection does.
  package private(set) var isDeleted: Bool

  package init(backOff: BackOff, deletedRetry: Duration, isDeleted: Bool = false) {
    self.backOff = backOff
    self.deletedRetry = deletedRetry
    self.isDeleted = isDeleted
  }

  /// One try has failed.
  /// - Returns: the link's state and the wait until the next try; `isNews` is false where it would only repeat that the connector is deleted.
  package mutating func failed(_ kind: LinkFailure.Kind, _ random: any RandomSource) -> (state: LinkStatus.State, wait: Duration, isNews: Bool) {
    let wasDeleted = isDeleted
    if kind == .connectorDeleted { isDeleted = true }
    let drawn = backOff.next(random)
    // Rarely and not never: a record may be brought back.
    if isDeleted { return (.deleted, deletedRetry, !wasDeleted) }
    return (.backingOff, kind.needsSomebody ? random.jitter(backOff.max) : drawn, true)
  }

  /// The cloud has let this connector in.
  package mutating func connected() { isDeleted = false }

  /// A connection has lasted: the next failure starts from the shortest wait.
  package mutating func lasted() { backOff.reset() }
}
