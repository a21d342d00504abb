package import CloudStore
package import EventCatalog
package import SimulatedCloud
package import World

extension CloudService {
  /// Opens the database and says as events what was wrong with it: one that was unreadable is moved aside and rebuilt empty, records that cannot be read
  /// are left out. Give the records to `init`. Throws `CloudStoreError` when there can be no database at that place.
  package static func openStore(
    path: String, clock: any WorldClock, events: any EventSink, onStep: StepHook? = nil
  ) throws(CloudStoreError) -> (store: CloudStore, records: [CloudRecord]) {
    let opening = try CloudStore.open(path: path, at: clock.now().wall, onStep: onStep)
    if let moved = opening.moved { events.emit(.cloudStoreRebuilt(moved: moved.path, detail: moved.detail), from: nil) }
    for kind in opening.unreadable { events.emit(.cloudRecordsDropped(count: kind.count, detail: kind.detail), from: nil) }
    return (opening.store, opening.records)
  }
}
