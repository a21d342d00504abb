/// What is wrong with a disk at the moment.
package struct DiskConditions: Hashable, Sendable {
  package var isFull = false
  package var isSlow = false

  package init() {}
}

package enum DiskError: Error, Hashable, Sendable {
  case full
  /// What is there cannot be read as what it should be.
  case unreadable
}

/// One small file that holds one value, replaced as a whole: what a program means, and what is left of it after the power went.
package struct SimulatedRecord<Value: Sendable>: Sendable {
  private enum Content: Sendable {
    case absent
    case whole(Value)
    /// Part of an old and part of a new one, or a block that went bad.
    case torn
  }
  private var durable = Content.absent
  /// Written and not synced: programs read this, a loss of power takes it. At most one, in an array: a fleet does not carry an empty place for each record.
  private var cached: [Content] = []
  private var replacesInPlace = false

  package init() {}
  package init(_ value: Value) { durable = .whole(value) }

  /// As `Files.replace` does it: a temporary file, synced, renamed, the folder synced. After a crash it is the old value or this one, whole.
  package mutating func replace(_ value: Value, _ disk: DiskConditions) throws(DiskError) {
    if disk.isFull { throw .full }
    durable = .whole(value)
    cached = []
  }

  /// Without a sync. A loss of power leaves the old value; when it is written in place, perhaps a part of each.
  package mutating func write(_ value: Value, inPlace: Bool, _ disk: DiskConditions) throws(DiskError) {
    if disk.isFull { throw .full }
    cached = [.whole(value)]
    replacesInPlace = inPlace
  }

  package mutating func sync() {
    guard let written = cached.first else { return }
    durable = written
    cached = []
  }

  package mutating func remove() {
    durable = .absent
    cached = []
  }

  /// Nil when there is none.
  package func read() throws(DiskError) -> Value? {
    switch cached.first ?? durable {
    case .absent: nil
    case .whole(let value): value
    case .torn: throw .unreadable
    }
  }

  /// The power goes.
  package mutating func lose(_ draws: inout Draws) {
    guard !cached.isEmpty else { return }
    cached = []
    if replacesInPlace, draws.chance(500_000) { durable = .torn }
  }

  /// A block goes bad.
  package mutating func corrupt() {
    if case .absent = durable { return }
    durable = .torn
    cached = []
  }
}
