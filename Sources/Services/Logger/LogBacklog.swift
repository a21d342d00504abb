package import World

/// Lines that were taken from the queue together, and how many were dropped before it, by service.
package struct LogBatch: Hashable, Sendable {
  package var id: UInt64
  package var lines: [LogLine]
  package var dropped: [ServiceName: Int]

  package init(id: UInt64, lines: [LogLine], dropped: [ServiceName: Int]) {
    self.id = id
    self.lines = lines
    self.dropped = dropped
  }
}

/// The bounded queue as a value. Lines that were taken count against the bound until they are settled, so memory stays bounded while the disk is
/// slow, and a Logger that dies with lines in hand leaves them to the next one.
struct LogBacklog: Sendable {
  /// A line longer than this many bytes is cut.
  static let longestMessage = 8_192
  /// All waiting messages together, in bytes.
  static let byteLimit = 4_194_304

  private let limit: Int
  private var waiting: [LogLine] = []
  private var taken: LogBatch?
  private var dropped: [ServiceName: Int] = [:]
  private var held: [ServiceName: Int] = [:]
  private var count = 0
  private var bytes = 0
  private var lastBatch: UInt64 = 0

  init(limit: Int) { self.limit = max(2, limit) }

  /// False, and counted, when there is no room. No service may hold more than half of the queue: one that floods it drops its own lines, not others'.
  mutating func offer(_ line: LogLine) -> Bool {
    let size = line.message.utf8.count
    let own = held[line.service, default: 0]
    guard count < limit, own < limit / 2, bytes + size <= Self.byteLimit else {
      dropped[line.service, default: 0] += 1
      return false
    }
    waiting.append(line)
    held[line.service] = own + 1
    count += 1
    bytes += size
    return true
  }

  /// Everything that waits, if anything does.
  mutating func take() -> LogBatch? {
    guard taken == nil, !waiting.isEmpty || !dropped.isEmpty else { return nil }
    lastBatch += 1
    let batch = LogBatch(id: lastBatch, lines: waiting, dropped: dropped)
    taken = batch
    waiting = []
    dropped = [:]
    return batch
  }

  /// The batch is dealt with. One that was taken back meanwhile is not: its id is stale.
  mutating func settle(_ id: UInt64) {
    guard let batch = taken, batch.id == id else { return }
    taken = nil
    count -= batch.lines.count
    for line in batch.lines {
      held[line.service, default: 0] -= 1
      bytes -= line.message.utf8.count
    }
  }

  /// Puts a batch that nobody settled back in front.
  mutating func recover() {
    guard let batch = taken else { return }
    taken = nil
    waiting = batch.lines + waiting
    dropped.merge(batch.dropped, uniquingKeysWith: +)
  }

  /// Lines dropped since the last batch.
  var droppedSince: Int { dropped.values.reduce(0, +) }

  static func cut(_ message: String) -> String {
    let size = message.utf8.count
    guard size > longestMessage else { return message }
    return String(decoding: message.utf8.prefix(longestMessage), as: UTF8.self) + "… (\(size - longestMessage) bytes cut)"
  }
}
