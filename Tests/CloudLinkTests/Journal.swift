import EventCatalog
import Synchronization
import World

/// Remembers what happened and lets a test wait for it.
final class Journal<Entry: Sendable>: Sendable {
  private struct State {
    var entries: [Entry] = []
    var waiters: [(matches: @Sendable (Entry) -> Bool, continuation: CheckedContinuation<Entry, Never>)] = []
  }
  private let state = Mutex(State())

  func add(_ entry: Entry) {
    let due = state.withLock { state in
      state.entries.append(entry)
      let due = state.waiters.filter { $0.matches(entry) }
      state.waiters.removeAll { $0.matches(entry) }
      return due
    }
    for waiter in due { waiter.continuation.resume(returning: entry) }
  }

  var entries: [Entry] { state.withLock { $0.entries } }
  var count: Int { entries.count }

  /// The first matching entry after the first `skip` entries, as soon as there is one.
  @discardableResult
  func first(after skip: Int = 0, where matches: @escaping @Sendable (Entry) -> Bool) async -> Entry {
    await withCheckedContinuation { continuation in
      let found = state.withLock { state -> Entry? in
        if let found = state.entries.dropFirst(skip).first(where: matches) { return found }
        state.waiters.append((matches, continuation))
        return nil
      }
      if let found { continuation.resume(returning: found) }
    }
  }
}

/// An event sink that a test can wait on.
final class EventJournal: EventSink {
  let journal = Journal<Event>()
  func emit(_ event: Event, from service: ServiceName?) { journal.add(event) }

  @discardableResult
  func first(_ definition: EventDefinition, after skip: Int = 0) async -> Event { await journal.first(after: skip) { $0.definition == definition } }
  func has(_ definition: EventDefinition) -> Bool { journal.entries.contains { $0.definition == definition } }
  func count(of definition: EventDefinition) -> Int { journal.entries.count { $0.definition == definition } }
}
