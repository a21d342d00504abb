package import EventCatalog

/// A place where records are written: the journal, standard error, a test's list. The hub calls `write` for one record at a time, in order, on a
/// thread that may block, so a slow output delays nobody but itself.
package protocol EventOutput: Sendable {
  /// How an `events.lost` event calls this output, such as `journal`.
  var name: String { get }
  func write(_ record: EventRecord)
}
