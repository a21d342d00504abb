package import World

/// Somebody who would go on if something happened.
package struct Waiting: Hashable, Sendable, CustomStringConvertible {
  package var who: String
  package var what: String

  package init(_ who: String, for what: String) {
    self.who = who
    self.what = what
  }

  package var description: String { "\(who) waits for \(what)" }
}

/// How a run came to stand still.
package enum RunEnd: Hashable, Sendable, CustomStringConvertible {
  /// Its time is over.
  case timeOver
  /// Nothing is due any more, and nobody waits.
  case quiescent(Moment)
  /// Nothing is due any more, and somebody waits all the same.
  case deadlock(Moment, [Waiting])

  /// - Parameter waiting: those who are not at their end.
  package static func standing(at now: Moment, _ waiting: [Waiting]) -> RunEnd { waiting.isEmpty ? .quiescent(now) : .deadlock(now, waiting) }

  package var description: String {
    switch self {
    case .timeOver: "its time is over"
    case .quiescent(let at): "nothing is due after \(at.nanoseconds / 1_000_000_000) s, and nobody waits"
    case .deadlock(let at, let waiting):
      "deadlock after \(at.nanoseconds / 1_000_000_000) s: " + waiting.prefix(10).map(\.description).joined(separator: "; ")
    }
  }
}
