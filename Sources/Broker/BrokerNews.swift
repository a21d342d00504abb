/// What a broker tells people of; nothing depends on whether somebody hears it.
package enum BrokerNews: Hashable, Sendable {
  package enum SinBin: String, Hashable, Sendable { case failedRegistrations, failedPrepare }
  package enum Maintenance: String, Hashable, Sendable {
    /// Its user has logged off in an outage, in which nobody can restart it (product facts 3.4).
    case usedInOutage
    case failedRegistrations
  }
  case servingBegan
  case servingEnded(BrokerCounts)
  case configured(revision: Int, machines: Int, dropped: Int)
  /// `again`: it was registered already.
  case registered(machine: String, again: Bool)
  case deregistered(machine: String, reason: DeregistrationReason)
  /// Of a machine that the configuration knows.
  case registrationRefused(machine: String, reason: DeregistrationReason)
  case sinBin(machine: String, SinBin, seconds: Int)
  case maintenance(machine: String, Maintenance)
  /// A machine of one's own was given away for the first time; it stands in no configuration yet.
  case assigned(machine: String, user: String)
  case launched(launch: String, BrokeredLaunch)
  case launchRefused(launch: String, BrokerRefusal)
  /// A prepared session whose client never came.
  case sessionGivenUp(machine: String, session: String)
}

/// How much a broker knows of.
package struct BrokerCounts: Hashable, Codable, Sendable {
  package var registered = 0
  /// Machines that may register here and have not.
  package var unregistered = 0
  package var inSinBin = 0
  /// In maintenance by this broker's doing, not by the configuration's.
  package var inMaintenance = 0
  /// Being prepared, or prepared and waiting for the client.
  package var sessionsPrepared = 0
  package var sessionsActive = 0
  package var sessionsDisconnected = 0
  /// Launches that wait for a machine's answer.
  package var launchesPending = 0
  /// Tickets alive, also those kept for peers.
  package var tickets = 0
  package var ticketsOfPeers = 0
  /// Given out since this broker began; never goes back.
  package var launched = 0
  package var launchesRefused = 0
  package var registrations = 0
  /// Of the configuration; 0 without one.
  package var revision = 0

  package var sessions: Int { sessionsPrepared + sessionsActive + sessionsDisconnected }
  package init() {}
}
