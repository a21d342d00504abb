internal import Synchronization

/// Takes a metadata file, which the request's limit keeps small.
package final class MemorySink: ByteSink {
  private let held = Mutex<[UInt8]>([])

  package init() {}

  package func take(_ bytes: UnsafeRawBufferPointer) throws(FetchError) { held.withLock { $0.append(contentsOf: bytes) } }

  package var bytes: [UInt8] { held.withLock { $0 } }
}
