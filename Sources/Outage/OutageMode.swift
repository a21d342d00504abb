/// Whether the cloud's broker or the location's own brokers sessions (product facts 3.2).
package enum OutageMode: String, Hashable, CaseIterable, Codable, Sendable {
  /// The cloud brokers.
  case workingNormally
  /// Something failed; the health of the way to the cloud is checked, with the peers. The cloud brokers, where it can be reached.
  case pendingHA
  /// The elected connector brokers, and machines register with it.
  case initialHA
  /// The same, for as long as the outage lasts.
  case extendedHA
  /// The cloud is well again; the elected connector brokers until it has been so for the whole period.
  case pendingRecovery

  /// The elected connector brokers in this mode. Pending Recovery is one of them: registrations go back to the cloud when it ends.
  package var brokersLocally: Bool {
    switch self {
    case .workingNormally, .pendingHA: false
    case .initialHA, .extendedHA, .pendingRecovery: true
    }
  }

  /// As the product writes it.
  package var title: String {
    switch self {
    case .workingNormally: "Working Normally"
    case .pendingHA: "Pending HA"
    case .initialHA: "Initial HA"
    case .extendedHA: "Extended HA"
    case .pendingRecovery: "Pending Recovery"
    }
  }
}
