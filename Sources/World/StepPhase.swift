/// Where within a durable step a `Files` implementation stands when it calls its step hook. A sweep kills the process at each one.
package enum StepPhase: String, CaseIterable, Hashable, Sendable {
  /// Nothing has been touched.
  case beforeWrite
  /// The new bytes are in a temporary file and synced; the old record is still in place. Not reached by a plain rename.
  case afterWrite
  /// Renamed; the directory is not synced yet, so a power loss may still bring the old record back.
  case afterRename
  /// The directory is synced: the new record is there for good.
  case durable
}

/// Called in the middle of a durable step, on the thread that performs it.
package typealias StepHook = @Sendable (DurableStep, StepPhase) -> Void
