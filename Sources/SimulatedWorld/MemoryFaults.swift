import Synchronization
package import World

/// What can go wrong with a disk: each fault is set here and healed here. A crash ends every open writer and reader.
extension MemoryFiles {
  /// The machine loses power and comes back: what was not synced is gone.
  ///
  /// - Parameter tearing: if given, of each unsynced tail of an append a random part survives, as disks do.
  package func crash(tearing random: (any RandomSource)? = nil) {
    state.withLock { state in
      var after = state.durable
      if let random {
        for (path, node) in state.live.sorted(by: { $0.key < $1.key })
        where !node.isDirectory && node.link == nil {
          let synced = after[path]?.bytes ?? []
          guard node.bytes.count > synced.count, node.bytes.starts(with: synced) else { continue }
          let kept = synced.count + Int(random.below(UInt64(node.bytes.count - synced.count + 1)))
          guard kept > synced.count else { continue }
          after[path] = Node(bytes: Array(node.bytes.prefix(kept)), mode: node.mode)
        }
      }
      state.durable = after
      state.live = after
      state.endStreams()
    }
  }

  /// The next time `step` reaches `phase`, the machine goes down there: that call and all later ones fail until `recover()`.
  ///
  /// - Parameter occurrence: which time counts, from 1 on: the next, the one after it, …
  package func crash(at step: DurableStep, _ phase: StepPhase, occurrence: Int = 1) {
    state.withLock { $0.crashPoint = (step, phase, max(1, occurrence)) }
  }

  /// Brings the disk back after `crash(at:_:)`, with what was durable.
  package func recover() { state.withLock { $0.isDown = false } }

  /// True after `crash(at:_:)` has struck and before `recover()`.
  package var isDown: Bool { state.withLock { $0.isDown } }

  /// Bytes that all files may hold together, from now on.
  package func setCapacity(_ bytes: Int) { state.withLock { $0.capacity = bytes } }

  /// Makes the next `times` calls of `operation` fail; at every path if `path` is nil.
  package func fail(
    _ operation: Operation, at path: String? = nil, with kind: FileError.Kind = .other,
    times: Int = .max
  ) {
    state.withLock {
      $0.failures.append(
        Failure(operation: operation, path: path.map(Self.normal), kind: kind, left: times))
    }
  }

  /// Ends all injected failures.
  package func healFailures() { state.withLock { $0.failures = [] } }

  /// Flips the bits of one byte, live and durable; false when there is no such byte.
  @discardableResult
  package func corrupt(_ path: String, byte offset: Int) -> Bool {
    let path = Self.normal(path)
    return state.withLock { state in
      guard offset >= 0, let node = state.live[path], offset < node.bytes.count else {
        return false
      }
      state.live[path]?.bytes[offset] ^= 0xff
      if let durable = state.durable[path], offset < durable.bytes.count {
        state.durable[path]?.bytes[offset] ^= 0xff
      }
      return true
    }
  }

  /// Cuts a file off, live and durable, as a torn write does.
  package func truncate(_ path: String, to size: Int) {
    let path = Self.normal(path)
    state.withLock { state in
      for table in [\State.live, \State.durable] {
        guard let node = state[keyPath: table][path] else { continue }
        state[keyPath: table][path]?.bytes = Array(node.bytes.prefix(max(0, size)))
      }
    }
  }
}
