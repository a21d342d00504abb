package import World

/// A storm of registrations: machines that lost their broker together, and when they were registered again.
package struct Storm: Hashable, Sendable {
  /// The first loss, or the start of the machines.
  package var began: Moment
  /// Machines that lost their registration in it.
  package var machines: Int
  package var firstBack: Moment?
  package var lastBack: Moment?
  /// How many of them are registered again.
  package var back: Int
  /// In the words of whoever told the first.
  package var cause: String

  package var isOver: Bool { back >= machines }
}

/// Cuts losses and registrations into storms: one lasts until everybody who lost a broker has one again, and a little longer, so that losses that follow at
/// once belong to it.
package struct StormMeter: Sendable {
  /// So long after the last registration a loss is still the same storm's. Chosen.
  package static let calm = Duration.seconds(10)
  /// Storms that are remembered. Chosen.
  static let remembered = 64

  package private(set) var storms: [Storm] = []
  private var away: Set<Int> = []
  /// Everybody who was away in the last storm.
  private var concerned: Set<Int> = []

  package init() {}

  package mutating func lost(_ machine: Int, cause: String, at now: Moment) {
    if let last = storms.last, !away.isEmpty || now - (last.lastBack ?? last.began) <= Self.calm {
      guard away.insert(machine).inserted else { return }
      // Who loses its broker a second time is away again, and no other machine.
      if concerned.insert(machine).inserted { storms[storms.count - 1].machines += 1 } else { storms[storms.count - 1].back -= 1 }
      return
    }
    if storms.count == Self.remembered { storms.removeFirst() }
    storms.append(Storm(began: now, machines: 1, firstBack: nil, lastBack: nil, back: 0, cause: cause))
    away.insert(machine)
    concerned = [machine]
  }

  package mutating func registered(_ machine: Int, at now: Moment) {
    guard away.remove(machine) != nil, !storms.isEmpty else { return }
    let last = storms.count - 1
    storms[last].back += 1
    storms[last].lastBack = now
    if storms[last].firstBack == nil { storms[last].firstBack = now }
  }
}
