import Synchronization

/// When a child that has ended is started again.
package enum RestartPolicy: String, Codable, Hashable, Sendable, CaseIterable {
  /// Always: it must never end.
  case permanent
  /// Only when it threw, hung or was not ready in time.
  case transient
  /// Never, not even when a sibling's failure stopped it.
  case temporary
}

/// One child as data: what it is called, how long it may take, and how it runs.
package struct ChildSpec: Sendable {
  /// Unique among its siblings, such as `ad-provider`.
  package var id: String
  package var policy: RestartPolicy
  /// A child that is not enabled stands in the list and is never started.
  package var isEnabled: Bool
  /// A child that has not said that it is ready by then has failed.
  package var readyWithin: Duration
  /// From one answered ping (or from readiness) to the next ping.
  package var pingEvery: Duration
  /// A child that leaves a ping unanswered for this long has failed.
  package var pingDeadline: Duration
  /// From cancellation to the point where the supervisor stops waiting for the child's end.
  package var stopWithin: Duration
  /// Runs one incarnation: returns or throws only when the child has ended, and ends when its task is cancelled. It may run on any thread.
  package var start: @Sendable (ChildHandle) async throws -> Void

  package init(
    id: String, policy: RestartPolicy = .permanent, isEnabled: Bool = true, readyWithin: Duration = .seconds(30), pingEvery: Duration = .seconds(5),
    pingDeadline: Duration = .seconds(10), stopWithin: Duration = .seconds(5), start: @escaping @Sendable (ChildHandle) async throws -> Void
  ) {
    self.id = id
    self.policy = policy
    self.isEnabled = isEnabled
    self.readyWithin = readyWithin
    self.pingEvery = pingEvery
    self.pingDeadline = pingDeadline
    self.stopWithin = stopWithin
    self.start = start
  }
}

/// What one incarnation of a child says to its supervisor. What an abandoned incarnation says is ignored.
package final class ChildHandle: Sendable {
  /// Counts the starts of this child, from 1; never used again.
  package let incarnation: Int
  private let onReady: @Sendable () -> Void
  private let answer = Mutex<(@Sendable () async -> Void)?>(nil)

  init(incarnation: Int, onReady: @escaping @Sendable () -> Void) {
    self.incarnation = incarnation
    self.onReady = onReady
  }

  /// The child works: the next one may start. Only the first call counts.
  package func ready() { onReady() }

  /// Sets what a liveness ping does: the child is live when it returns before the deadline. Call it before `ready`; without it the child
  /// counts as live while it runs.
  package func onPing(_ ping: @escaping @Sendable () async -> Void) { answer.withLock { $0 = ping } }

  var ping: (@Sendable () async -> Void)? { answer.withLock { $0 } }
}
