import Dispatch

/// Runs what blocks on a thread of its own, so that neither the actor nor a thread of the tasks waits for it.
func offActor<Value: Sendable>(_ body: @escaping @Sendable () -> Value) async -> Value {
  await withCheckedContinuation { continuation in
    DispatchQueue.global().async { continuation.resume(returning: body()) }
  }
}
