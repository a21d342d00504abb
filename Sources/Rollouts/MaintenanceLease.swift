package import World

/// The right of one connector to be down, in its resource location. Whoever acts for it shows the token; an older one is refused.
package struct MaintenanceLease: Hashable, Codable, Sendable {
  package enum Purpose: String, Codable, Sendable {
    case update, restart
  }
  package var holder: String
  /// Grows by one with every lease of the location.
  package var token: UInt64
  package var purpose: Purpose
  /// When it ends by itself; a report that moves the work on renews it. The connector must stop by then too. Nil: never (`Compatibility.vendor`).
  package var expires: WallTime?
}

/// Gives the leases of one resource location: one at a time.
package struct LeaseBook: Hashable, Codable, Sendable {
  package private(set) var current: MaintenanceLease?
  private var lastToken: UInt64 = 0

  /// - Parameter after: the first token is above this one.
  package init(after: UInt64 = 0) { lastToken = after }

  /// Nil while another holds it.
  package mutating func grant(_ holder: String, for purpose: MaintenanceLease.Purpose, until: WallTime) -> MaintenanceLease? {
    guard current == nil else { return nil }
    lastToken += 1
    current = MaintenanceLease(holder: holder, token: lastToken, purpose: purpose, expires: until)
    return current
  }

  /// Whether this is the lease that is held, and has not run out.
  package func holds(_ holder: String, _ token: UInt64, at now: WallTime) -> Bool {
    guard let current, current.holder == holder, current.token == token else { return false }
    return current.expires.map { now < $0 } ?? true
  }

  /// - Parameter until: nil keeps it for ever.
  package mutating func renew(until: WallTime?) { current?.expires = until }

  package mutating func release() { current = nil }
}
