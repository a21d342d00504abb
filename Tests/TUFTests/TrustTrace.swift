import Synchronization
import TrustCheckers
import World

/// What a client told, in its order.
final class TrustTrace: Sendable {
  private let held = Mutex<[TrustFact]>([])

  var facts: [TrustFact] { held.withLock { $0 } }
  var violations: [TrustViolation] { TrustCheckers.check(facts) }
  var add: @Sendable (TrustFact) -> Void { { [self] fact in held.withLock { $0.append(fact) } } }
  func say(_ what: TrustFact.What, at time: WallTime) { add(TrustFact(what, at: time)) }
}
