package import CloudAPI
package import World

/// What is known of a connector since the cloud started: its link, its lease, its latest report. Leases are counted on the monotonic clock.
package struct Contact: Hashable, Sendable {
  /// The number of the link that is up.
  package var link: UInt64?
  /// It has answered a heartbeat on this very link.
  package var heardOnLink = false
  /// Why there is no contact, for people; meaningful without a link.
  package var silence: String
  /// When the latest heartbeat that was answered was sent, or when the cloud began to wait for it. An answer that was under way for long says nothing of
  /// now, and one that another has overtaken says nothing at all.
  package var heard: Moment
  package var leaseEnds: Moment?
  package var leaseReported = true
  package var report: ConnectorReport?
  /// Its clock minus the cloud's, at its latest report; what the way there and back may account for is not counted.
  package var skew: Duration = .zero
  package var skewReported = false
  /// Why the latest heartbeat went unanswered; nil when it was answered.
  package var unanswered: String?
  package var saved: Moment?
  /// When the question was sent whose answer said how far its update is.
  package var standingAsked: Moment?
  /// Why what it runs is not the published release of its version.
  package var foreign: String?
  package var health: Health
  /// When it went into `error`; nil when it is not.
  package var errorSince: Moment?
  package var errorNotified = false

  package init(since moment: Moment, _ silence: String) {
    heard = moment
    self.silence = silence
    health = Health(.notInContact, silence)
  }
}

/// A state and the reason for it in one sentence.
package struct Health: Hashable, Sendable {
  package var state: ConnectorState
  package var reason: String

  package init(_ state: ConnectorState, _ reason: String) {
    self.state = state
    self.reason = reason
  }
}

extension Contact {
  /// The rule of the states, first match wins: out of contact for long, out of contact, in maintenance, outdated, something wrong, healthy.
  package func evaluate(_ record: ConnectorRecord, _ settings: CloudSettings, at now: Now) -> Health {
    let leased = leaseEnds.map { now.moment < $0 } ?? false
    if link == nil || !leased {
      if now.moment - heard >= settings.disconnectedAfter {
        let last = record.lastContact.map { "its last contact was at \($0.iso8601(fraction: 0))" } ?? "it has never been in contact"
        return Health(.disconnected, "No contact for \(settings.disconnectedAfter.inWords) or more: \(last); \(why).")
      }
      if link != nil && leaseEnds != nil && !leased { return Health(.notInContact, "Its lease ran out: \(why).") }
      if link == nil { return Health(.notInContact, "It has no link: \(why).") }
    }
    guard heardOnLink, let report else { return Health(.notInContact, "Its link is up, and it has not answered a heartbeat yet.") }
    if report.inMaintenance { return Health(.maintenance, "It says that it is in maintenance.") }
    if let least = settings.outdatedBelow, Version(report.version) < Version(least) {
      return Health(.outdated, "It runs version \(report.version); connectors below \(least) can no longer serve.")
    }
    if skew.magnitude > settings.clockSkewLimit {
      return Health(.error, "Its clock is \(skew.inWords) away from the cloud's; at most \(settings.clockSkewLimit.inWords) is allowed.")
    }
    let down = settings.down(report)
    if let first = down.first {
      let more = down.count > 1 ? " and \(down.count - 1) more" : ""
      return Health(.error, "Its service \(first.name.rawValue)\(more) does not work: \(first.state), after \(first.restarts) restarts.")
    }
    if let problem = report.problems.first {
      let more = report.problems.count > 1 ? " (and \(report.problems.count - 1) more)" : ""
      return Health(.error, "\(problem)\(more)")
    }
    return Health(.healthy, "It answers heartbeats and all of its services work.")
  }

  private var why: String {
    if link != nil { return unanswered ?? "its heartbeats go unanswered" }
    return silence
  }

  /// The next moment at which time alone can change something.
  package func deadline(_ settings: CloudSettings) -> Moment? {
    var next: [Moment] = []
    if let leaseEnds, !leaseReported { next.append(leaseEnds) }
    if health.state == .notInContact { next.append(heard + settings.disconnectedAfter) }
    if let errorSince, !errorNotified { next.append(errorSince + settings.errorNotifyAfter) }
    return next.min()
  }
}

extension Duration {
  var magnitude: Duration { self < .zero ? .zero - self : self }

  /// `90 s`, `1.5 s`: seconds, with a fraction only below ten.
  var inWords: String {
    let milliseconds = magnitude.nanoseconds / 1_000_000
    if milliseconds >= 10_000 || milliseconds % 1_000 == 0 { return "\(milliseconds / 1_000) s" }
    return "\(milliseconds / 1_000).\(milliseconds % 1_000 / 100) s"
  }
}

/// A version of dotted numbers, compared number by number; what is missing or no number counts as 0.
struct Version: Comparable {
  var parts: [Int]
  init(_ text: String) { parts = text.split(separator: ".").map { Int($0.prefix(while: \.isNumber)) ?? 0 } }

  static func < (a: Version, b: Version) -> Bool {
    for i in 0..<max(a.parts.count, b.parts.count) {
      let (x, y) = (i < a.parts.count ? a.parts[i] : 0, i < b.parts.count ? b.parts[i] : 0)
      if x != y { return x < y }
    }
    return false
  }

  static func == (a: Version, b: Version) -> Bool { !(a < b) && !(b < a) }
}
