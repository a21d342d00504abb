/// A clock that nobody sets: which start of the machine, and how long ago that was, its sleep included.
package struct MachineTime: Hashable, Sendable, Codable {
  /// The kernel's word for it (boot_id of random(4)).
  package var start: String
  /// Milliseconds since then.
  package var uptime: Int64

  package init(start: String, uptime: Int64) {
    self.start = start
    self.uptime = uptime
  }

  /// How long it has been since `other`; nil when the machine was restarted in between, because nobody can say then.
  package func since(_ other: MachineTime) -> Duration? { start == other.start ? .milliseconds(uptime - other.uptime) : nil }
}
