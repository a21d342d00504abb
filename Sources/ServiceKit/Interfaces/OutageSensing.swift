import World

/// The outage state machine as services that broker see it: they tell what they meet, and ask who brokers.
package protocol OutageSensing: Sendable {
  /// Something was brokered through the cloud, or could not be.
  func brokered(_ what: BrokeringKind, ok: Bool) async
  /// StoreFront has asked this connector something; its heartbeat counts.
  func storeFrontAsked() async
  func outage() async throws -> OutageView
}

/// What goes through the cloud's broker.
package enum BrokeringKind: String, Hashable, CaseIterable, Codable, Sendable { case enumeration, launch, relay, ticket, registration }

/// Who brokers.
package struct OutageView: Hashable, Codable, Sendable {
  /// Such as `workingNormally`.
  package var mode: String
  /// This connector brokers: it is elected, in outage mode.
  package var brokersHere: Bool

  package init(mode: String, brokersHere: Bool) {
    self.mode = mode
    self.brokersHere = brokersHere
  }
}

extension ServiceKey where Interface == any OutageSensing {
  package static var outage: Self { Self(.highAvailability) }
}
