package import World

/// One line of a run's trace. `sim --trace` writes its columns, separated by tabs: seconds since the start of the run with six decimals; the node; what
/// happened; whom it concerns (`-`: nobody else); the rest, for people.
package struct TraceLine: Hashable, Sendable {
  package var at: Moment
  package var node: String
  package var what: String
  package var subject: String
  package var detail: String

  package init(at: Moment, node: String, what: String, subject: String = "-", detail: String = "") {
    self.at = at
    self.node = node
    self.what = what
    self.subject = subject
    self.detail = detail
  }

  package var text: String {
    let micro = at.nanoseconds / 1_000
    let fraction = String(micro % 1_000_000)
    let seconds = "\(micro / 1_000_000)." + String(repeating: "0", count: 6 - fraction.utf8.count) + fraction
    return "\(seconds)\t\(node)\t\(what)\t\(subject)\t\(detail)"
  }
}

/// Everything that was decided in a run, as a hash and, on demand, as lines. Ids in it are relative to the run (the third connector is `c3`), so the same
/// run gives the same hash on every machine.
package struct Trace {
  package private(set) var hash = TraceHash()
  package private(set) var count = 0
  private let sink: ((TraceLine) -> Void)?

  package init(sink: ((TraceLine) -> Void)? = nil) { self.sink = sink }

  /// Whether anybody reads the lines. What only people read (`detail`) is not made when nobody does.
  package var isRead: Bool { sink != nil }

  /// - Parameter words: what tells this event from another of its kind; hashed.
  /// - Parameter detail: for people; not hashed.
  package mutating func add(
    _ at: Moment, _ node: String, _ what: String, _ subject: String = "-", _ first: UInt64 = 0, _ second: UInt64 = 0,
    detail: @autoclosure () -> String = ""
  ) {
    count += 1
    hash.absorb(at.nanoseconds)
    hash.absorb(node)
    hash.absorb(what)
    hash.absorb(subject)
    hash.absorb(first)
    hash.absorb(second)
    sink?(TraceLine(at: at, node: node, what: what, subject: subject, detail: detail()))
  }
}
