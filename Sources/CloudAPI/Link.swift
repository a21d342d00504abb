package import World

/// One request over the link or to the cloud, and its answer: the small part of HTTP that both directions use.
package struct LinkRequest: Hashable, Sendable {
  package var method: String
  /// An absolute path with its query, percent-encoded, such as `/v1/heartbeat`.
  package var path: String
  /// Lower-case names.
  package var headers: [String: String]
  package var body: [UInt8]

  package init(method: String = "GET", path: String, headers: [String: String] = [:], body: [UInt8] = []) {
    self.method = method
    self.path = path
    self.headers = headers
    self.body = body
  }
}

package struct LinkResponse: Hashable, Sendable {
  package var status: Int
  package var headers: [String: String]
  package var body: [UInt8]

  package init(status: Int, headers: [String: String] = [:], body: [UInt8] = []) {
    self.status = status
    self.headers = headers
    self.body = body
  }
}

/// What the connector does with a request that its cloud sends over the link.
package protocol LinkRequestHandler: Sendable {
  func respond(to request: LinkRequest) async -> LinkResponse
}

/// The port to the cloud. Real: `CloudLinkLive`; simulated: the simulation's network.
package protocol CloudLink: Sendable {
  /// Sends one outbound request, authenticated as this connector. Throws `LinkFailure`.
  func ask(_ request: LinkRequest) async throws -> LinkResponse
  /// The state of the reversed link right now.
  func status() -> LinkStatus
}

/// The state of the one outbound connection.
package struct LinkStatus: Hashable, Codable, Sendable {
  package enum State: String, Codable, Sendable {
    /// No identity yet: the connector is asking for one.
    case registering
    case connecting, connected
    /// Waiting before the next try.
    case backingOff
    /// The cloud has deleted this connector's record: it has no identity until somebody registers it again, and asks rarely.
    case deleted
    case stopped
  }
  package var state: State
  package var since: WallTime
  /// When the cloud last asked something, or answered.
  package var lastContact: WallTime?
  /// Why the last try failed.
  package var failure: LinkFailure?
  package var attempts: Int

  package init(state: State, since: WallTime, lastContact: WallTime? = nil, failure: LinkFailure? = nil, attempts: Int = 0) {
    self.state = state
    self.since = since
    self.lastContact = lastContact
    self.failure = failure
    self.attempts = attempts
  }
}

/// Why the cloud could not be reached: each kind is an event of its own with its own advice.
package struct LinkFailure: Error, Hashable, Codable, Sendable, CustomStringConvertible {
  package enum Kind: String, CaseIterable, Codable, Sendable {
    case dns, connect, timeout, tls, certificateExpired, certificateRevoked, certificateUntrusted, wrongCustomer, wrongSecret
    case unknownResourceLocation, clockSkew, protocolViolation, closed, refused
    case connectorDeleted
  }
  package var kind: Kind
  package var detail: String

  package init(_ kind: Kind, _ detail: String) {
    self.kind = kind
    self.detail = detail
  }
  package var description: String { "\(kind.rawValue): \(detail)" }
}
