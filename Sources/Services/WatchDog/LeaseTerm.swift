import CloudAPI
package import World

/// How long a lease is held here: counted by the clock of the machine that nobody sets, from the arrival of the order that said how long it still lasts.
package struct LeaseTerm: Hashable, Codable, Sendable {
  /// Whole seconds, as the cloud said last.
  package var length: Int
  /// By `Now.machine`, in nanoseconds.
  package var ends: Int64
  /// Which start of the machine that counts from; empty when that is not known.
  package var machine: String

  package init(_ length: Int, from now: Now, on machine: String) {
    self.length = length
    ends = (now.machine + .seconds(length)).nanoseconds
    self.machine = machine
  }
}

extension UpdateLease {
  /// A repeated order that moves the end by less says nothing new: messages take their time, and each change is written to the disk.
  private static let grain: Duration = .seconds(2)

  package func left(at now: Now) -> Duration { term.map { Moment(nanoseconds: $0.ends) - now.machine } ?? expires - now.wall }

  /// The cloud says that it lasts so long from now. Longer or shorter: what it says last holds.
  mutating func last(_ seconds: Int, from now: Now, on machine: String) {
    let change = .seconds(seconds) - left(at: now)
    guard term == nil || change > Self.grain || change < .zero - Self.grain else { return }
    term = LeaseTerm(seconds, from: now, on: machine)
    expires = now.wall + .seconds(seconds)
  }

  /// In a new process. After a start of the machine nothing but the wall clock tells what has passed; it may be wrong, but from here on the lease does not
  /// last longer than its whole length.
  mutating func resume(at now: Now, on machine: String) {
    let length = term?.length ?? UpdateCommand.longest
    if let term, !machine.isEmpty, term.machine == machine, left(at: now) <= .seconds(length) { return }
    let left = max(.zero, min(expires - now.wall, .seconds(length)))
    expires = now.wall + left
    var resumed = LeaseTerm(length, from: now, on: machine)
    resumed.ends = (now.machine + left).nanoseconds
    term = resumed
  }
}
