package import EventCatalog
import Synchronization

/// One reader's view of the events.
package struct EventSubscription: Sendable {
  package let records: AsyncStream<EventRecord>
  let loss: LossCount

  /// How many events this reader was too slow for.
  package var lost: Int { loss.value }
}

final class LossCount: Sendable {
  private let count = Atomic<Int>(0)
  func add() { count.wrappingAdd(1, ordering: .relaxed) }
  var value: Int { count.load(ordering: .relaxed) }
}
