import World

/// The outage state machine as services that broker see it: they tell what they meet, and ask who brokers.
package protocol OutageSensing: Sendable {
  /// Something was brokered through the cloud, or could not be.
  func brokered(_ what: BrokeringKind, ok: Bool) async
  /// StoreFront has asked this connector something; its heartbeat counts.
  func storeFrontAsked() async
  func outage() async throws -> OutageView
  /// How it stands now, then each change, in order. It ends with the service's incarnation.
  func views() -> AsyncStream<OutageView>
}

/// What goes through the cloud's broker.
package enum BrokeringKind: String, Hashable, CaseIterable, Codable, Sendable { case enumeration, launch, relay, ticket, registration }

/// Who brokers.
package struct OutageView: Hashable, Codable, Sendable {
  /// Such as `workingNormally`.
  package var mode: String
  /// This connector brokers: it is elected, in outage mode.
  package var brokersHere: Bool
  /// Fully qualified name of the elected connector; nil while nobody is.
  package var elected: String?

  package init(mode: String, brokersHere: Bool, elected: String? = nil) {
    self.mode = mode
    self.brokersHere = brokersHere
    self.elected = elected
  }
}

extension ServiceKey where Interface == any OutageSensing {
  package static var outage: Self { Self(.highAvailability) }
}
