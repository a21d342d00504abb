/// How a simulated machine behaves.
package struct MachineSettings: Hashable, Sendable {
  /// How many connectors it may register with; they are named by number, from 0.
  package var brokers: Int
  /// The callback's address before the machine's name, such as `http://127.0.0.1:4000/machines`.
  package var callbackBase: String
  package var agentVersion = "2203.0.0"
  /// A machine that nobody registers waits this long at first, then twice as long each time. Chosen.
  package var firstPause = Duration.seconds(2)
  /// And never longer than this: registered machines contact the broker at least every 5 minutes (product facts 3.4), so nobody may wait longer.
  package var longestPause = Duration.seconds(300)
  /// The longest pause of one that was never registered, which knows no heartbeat to go by. Chosen.
  package var longestFirstPause = Duration.seconds(15)
  /// A heartbeat that was refused because everything is busy is said again after this. Chosen.
  package var busyPause = Duration.seconds(5)
  /// Machines start spread over this time. Chosen.
  package var startWithin = Duration.seconds(5)
  /// A prepared session that no client comes for ends after this: `MaxSessionEstablishmentTimeSecs` (product facts 7).
  package var establishWithin = Duration.seconds(200)
  /// How long a session lasts once its client has come. Chosen: short enough that many come and go in a drill.
  package var sessionAtLeast = Duration.seconds(30)
  package var sessionAtMost = Duration.seconds(120)
  /// Of a million sessions so many are disconnected halfway, to be reconnected to. Chosen.
  package var disconnects = 200_000
  /// Sessions that a multi-session machine takes. Chosen.
  package var capacity = 100

  package init(brokers: Int, callbackBase: String) {
    self.brokers = brokers
    self.callbackBase = callbackBase
  }
}

/// A machine as the broker configuration knows it.
package struct SiteMachine: Hashable, Sendable {
  package var name: String
  package var dnsName: String
  package var isMultiSession: Bool

  package init(name: String, dnsName: String, isMultiSession: Bool) {
    self.name = name
    self.dnsName = dnsName
    self.isMultiSession = isMultiSession
  }
}
