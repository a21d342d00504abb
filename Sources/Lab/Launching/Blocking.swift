import Dispatch
import Foundation

/// Runs what blocks on a thread of its own, so that no thread of the tasks waits for it.
func blocking<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
  try await withCheckedThrowingContinuation { continuation in
    DispatchQueue.global().async { continuation.resume(with: Result { try body() }) }
  }
}

/// The same for what keeps a processor busy, such as hashing a release: one for each processor at a time, so that in a large lab the first connectors start
/// while the last ones are still installed.
func working<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
  try await withCheckedThrowingContinuation { continuation in
    workers.addOperation { continuation.resume(with: Result { try body() }) }
  }
}

private let workers: OperationQueue = {
  let queue = OperationQueue()
  queue.maxConcurrentOperationCount = ProcessInfo.processInfo.activeProcessorCount
  return queue
}()
