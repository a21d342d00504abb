package import ConnectorSettings

/// What `config/lab.yaml` can say: one resource location with its simulated cloud.
package struct LabConfiguration: Hashable, Codable, Sendable {
  package var cloud = Cloud()
  package var resourceLocation = ResourceLocation()
  package var connectors = Connectors()

  package init() {}

  package struct Cloud: Hashable, Codable, Sendable {
    package var customer = "acme"
    package var clientID = "lab-client"
    /// The address that the cloud's two ports listen on. Anything but loopback opens the lab to the network.
    package var listen = "127.0.0.1"
    /// Port of the public API, and of the link; 0: any free one, kept for the next time.
    package var apiPort = 0
    package var linkPort = 0
    /// How often the cloud asks each connector for its report. The product's cadence is unknown; chosen.
    package var heartbeatEvery = TimeSpan(.seconds(2))
    /// Without an answered heartbeat for this long a connector's lease has ended. Unknown in the product, chosen.
    package var leaseLength = TimeSpan(.seconds(6))
    /// Whether updates go our way, or as the modelled product is documented to do them: a connector that fails stays in maintenance, and none after it
    /// updates, in its resource location (CTX224073) or in the whole account (an older page).
    package var updates = Updates.ours

    package enum Updates: String, Hashable, Codable, Sendable, CaseIterable { case ours, vendor, vendorAccount }

    package init() {}
  }

  package struct ResourceLocation: Hashable, Codable, Sendable {
    package var name = "Lab"
    /// A Windows time-zone name, the product's default.
    package var timeZone = "GMT Standard Time"
    /// The broker configuration that the cloud publishes to the connectors.
    package var configuration = "broker.yaml"
    /// The directory that the connectors are joined to.
    package var directory = "directory.yaml"
    package var joinedDomain = "forest1.local"
    /// The lab has at least so many machines: beside those of the configuration it makes more like them. 0: none are made.
    package var machines = 250
    /// Stands in for `Core.HeartbeatPeriodMs` of the configuration, 10 minutes in the product: a lab is watched. A machine beats at half of it.
    package var heartbeatPeriod = TimeSpan(.seconds(40))
    /// A user that the cloud asks each connector for whenever it comes into contact, so that one sees the whole way work.
    package var askFor = "alice@forest1.local"

    package init() {}
  }

  package struct Connectors: Hashable, Codable, Sendable {
    package var count = 2
    /// Connectors are called `c1`, `c2`, ...; their machines `c1.forest1.local`, ...
    package var domain = "forest1.local"
    package var syncEvery = TimeSpan(.seconds(10))
    package var probeEvery = TimeSpan(.seconds(1))
    package var peerTimeout = TimeSpan(.seconds(3))
    /// The timers of outages: `highAvailability.profile` of each connector, and how long Initial HA and Pending Recovery last. The product's own are minutes; chosen,
    /// so that a drill is over in minutes.
    package var outageProfile = ConnectorConfiguration.HighAvailability.Profile.cloud20
    package var initialHA = TimeSpan(.seconds(30))
    package var pendingRecovery = TimeSpan(.seconds(20))
    /// Port of the first connector's XML service; each next one takes the next. Taken ones are passed by. 0: any free ones.
    package var xmlPort = 8080
    /// Restarts of services that a connector puts up with within a minute before its process gives up and is started anew.
    package var restartBudget = 10
    package var pingEvery = TimeSpan(.seconds(1))
    package var pingDeadline = TimeSpan(.seconds(3))
    /// Budget of each connector's orderly stop; then it is killed.
    package var stopWithin = TimeSpan(.seconds(10))
    /// What a release on trial must show, and how long it has: as in a connector's configuration, short enough to be watched. Chosen.
    package var trialHealthyFor = TimeSpan(.seconds(8))
    package var trialProbes = 4
    package var trialProbeEvery = TimeSpan(.seconds(2))
    package var trialFailingFor = TimeSpan(.seconds(6))
    package var trialReadyWithin = TimeSpan(.seconds(60))
    package var trialLength = TimeSpan(.seconds(180))

    package init() {}
  }
}

extension LabConfiguration {
  /// Connectors that one machine runs at the configured cadences: chosen, on two cores.
  private static let comfortable = 20

  /// The same lab with at least so many machines; nil: as it is.
  package func with(machines: Int?) -> LabConfiguration {
    var made = self
    if let machines { made.resourceLocation.machines = machines }
    return made
  }

  /// The same lab with another number of connectors. Beyond twenty all cadences and limits grow with the number, so that a large lab is slow and not
  /// falsely sick.
  package func with(connectors count: Int) -> LabConfiguration {
    var made = self
    made.connectors.count = count
    let factor = max(1, count / Self.comfortable)
    func grow(_ span: inout TimeSpan) { span = TimeSpan(span.duration * factor) }
    grow(&made.cloud.heartbeatEvery)
    grow(&made.cloud.leaseLength)
    grow(&made.connectors.syncEvery)
    grow(&made.connectors.probeEvery)
    grow(&made.connectors.peerTimeout)
    grow(&made.connectors.pingEvery)
    grow(&made.connectors.pingDeadline)
    return made
  }
}
