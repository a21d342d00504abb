package import World

/// Which of its servers StoreFront asks: each in turn, and one that failed is passed by for a while. When all are passed by all are asked all the same, as with
/// the product's default of no bypass when all have failed.
package struct ServerList: Sendable {
  /// How long a server that failed is passed by.
  package var bypass: Duration
  private var until: [Moment?]
  private var turn = 0

  package init(count: Int, bypass: Duration) {
    self.bypass = bypass
    until = Array(repeating: nil, count: count)
  }

  /// All servers that may be asked for one request, in their order.
  package mutating func order(at now: Moment) -> [Int] {
    guard !until.isEmpty else { return [] }
    let turned = until.indices.map { ($0 + turn) % until.count }
    turn = (turn + 1) % until.count
    let good = turned.filter { !isBypassed($0, at: now) }
    return good.isEmpty ? turned : good
  }

  package func isBypassed(_ server: Int, at now: Moment) -> Bool { until[server].map { now < $0 } ?? false }

  package mutating func failed(_ server: Int, at now: Moment) { until[server] = now + bypass }
  package mutating func worked(_ server: Int) { until[server] = nil }
}
