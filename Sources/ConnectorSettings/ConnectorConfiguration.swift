/// Everything that a connector can be told, in one value. Its JSON Schema, its reference page and the checks of `connectord check-config` come from it.
package struct ConnectorConfiguration: Hashable, Codable, Sendable {
  package var connector: Identity
  package var cloud: Cloud
  package var state = State()
  package var supervision = Supervision()
  package var events = Events()
  package var logger = Logger()
  package var directory = Directory()
  package var credentials = Credentials()
  package var configSync = ConfigSync()
  package var highAvailability = HighAvailability()
  package var remoteBroker = RemoteBroker()
  package var updates = Updates()
  package var testbed = Testbed()

  package init(connector: Identity, cloud: Cloud) {
    self.connector = connector
    self.cloud = cloud
  }

  /// Who this connector is.
  package struct Identity: Hashable, Codable, Sendable {
    /// Fully qualified name of the connector's machine; elections go by its alphabetical order.
    package var fqdn: String
    package var customer: String
    /// Id of the resource location in the cloud.
    package var resourceLocation: String
    package var clientID: String
    /// A file of mode 0600 that holds the client secret; read only to register.
    package var clientSecretFile: String

    package init(fqdn: String, customer: String, resourceLocation: String, clientID: String, clientSecretFile: String) {
      self.fqdn = fqdn
      self.customer = customer
      self.resourceLocation = resourceLocation
      self.clientID = clientID
      self.clientSecretFile = clientSecretFile
    }
  }

  /// Where the cloud is and how long to wait for it.
  package struct Cloud: Hashable, Codable, Sendable {
    /// Base address of the cloud's API, `https://host:port`.
    package var url: String
    /// PEM file with the certificate authority that the cloud's certificate must chain to.
    package var caFile: String
    package var connectTimeout = TimeSpan(.seconds(10))
    package var requestTimeout = TimeSpan(.seconds(30))
    /// Without a request from the cloud for this long, the link is taken for dead and dialled anew.
    package var silenceLimit = TimeSpan(.seconds(15))
    /// First and largest ceiling of the back-off between tries; each wait is drawn from the whole range (full jitter).
    package var backoffInitial = TimeSpan(.milliseconds(500))
    package var backoffMax = TimeSpan(.seconds(60))
    /// How often a connector that was deleted in the cloud asks whether it is let in again.
    package var deletedRetry = TimeSpan(.seconds(3600))
    /// A clock that differs by more than this from the cloud's is reported.
    package var clockSkewLimit = TimeSpan(.seconds(300))

    package init(url: String, caFile: String) {
      self.url = url
      self.caFile = caFile
    }
  }

  package struct State: Hashable, Codable, Sendable {
    /// The state directory, mode 0700; the default is systemd's.
    package var directory = "/var/lib/connectord"
    /// The control socket; `control.sock` in the state directory unless set.
    package var controlSocket: String?
    /// The folder in which releases lie side by side, outside the state directory and on its file system; unset, this connector is not updated in place.
    package var releases: String?

    package init() {}
  }

  /// How children are restarted, watched and stopped.
  package struct Supervision: Hashable, Codable, Sendable {
    /// Who is restarted with a child that failed or is restarted by hand.
    package enum Strategy: String, Codable, CaseIterable, Sendable { case oneForOne, restForOne, oneForAll }
    /// `oneForOne`: nobody else. `restForOne`: those after it in the start order, which are the ones that may call it. `oneForAll`: everybody. The
    /// link to the cloud counts as the first child.
    package var strategy = Strategy.oneForOne
    /// More restarts than this within `budgetWindow` stop the daemon with exit code 70.
    package var restartBudget = 10
    package var budgetWindow = TimeSpan(.seconds(60))
    package var backoffInitial = TimeSpan(.milliseconds(200))
    package var backoffMax = TimeSpan(.seconds(30))
    /// A child that ran for this long starts again from the first back-off.
    package var stableAfter = TimeSpan(.seconds(60))
    package var readyWithin = TimeSpan(.seconds(30))
    package var pingEvery = TimeSpan(.seconds(5))
    /// A child that leaves a ping unanswered for this long is replaced.
    package var pingDeadline = TimeSpan(.seconds(10))
    package var stopWithin = TimeSpan(.seconds(5))

    package init() {}
  }

  package struct Events: Hashable, Codable, Sendable {
    package enum Output: String, Codable, CaseIterable, Sendable { case auto, journal, stderr, none }
    /// `auto`: the journal when there is one, otherwise standard error.
    package var output = Output.auto
    /// A file that each event is appended to as well, as a line of JSON; at 8 MiB a new one begins and the one before stays as `.1`.
    package var file: String?
    /// How many of the latest events `connectorctl events` can show.
    package var ring = 4096

    package init() {}
  }

  package struct Logger: Hashable, Codable, Sendable {
    package enum Level: String, Codable, CaseIterable, Sendable { case error, warning, info, debug }
    package var level = Level.info
    /// A log file is rotated when it would grow beyond this many bytes.
    package var rotateBytes = 1_048_576
    /// Rotated files kept for each service.
    package var keep = 4
    /// Lines that wait for the disk; beyond it they are dropped and counted.
    package var queue = 4096

    package init() {}
  }

  package struct Directory: Hashable, Codable, Sendable {
    /// A YAML description of forests, domains, users, groups and computers; without it the AD Provider answers that it is joined to nothing.
    package var file: String?
    /// The domain that the connector's machine is joined to.
    package var joinedDomain: String?
    package var healthEvery = TimeSpan(.seconds(60))

    package init() {}
  }

  package struct Credentials: Hashable, Codable, Sendable {
    /// A file of mode 0600 with the 32-byte root key. Unset: systemd's credential `connectord.root-key`, else `root.key` in the state directory, made at first start.
    package var rootKeyFile: String?

    package init() {}
  }

  package struct ConfigSync: Hashable, Codable, Sendable {
    /// 60 s in the vendor's technical brief, 300 s in its newer setting `Lhc.ConfigSyncIntervalSeconds` (60 to 3600).
    package var interval = TimeSpan(.seconds(60))
    /// Earlier databases kept beside the current one.
    package var keep = 2

    package init() {}
  }

  package struct HighAvailability: Hashable, Codable, Sendable {
    /// How often peers are probed. Unknown in the product, chosen.
    package var probeEvery = TimeSpan(.seconds(5))
    /// A peer that answers nothing for this long does not take part in the election. Unknown in the product, chosen.
    package var peerTimeout = TimeSpan(.seconds(15))
    /// Loopback host:port that this connector answers its peers on; unset means any free port on 127.0.0.1.
    package var listen: String?
    /// The timers of outages. The names say how soon the cloud is taken for lost; the product's sources differ.
    package enum Profile: String, Codable, CaseIterable, Sendable {
      case cloud60 = "cloud-60s"
      case cloud20 = "cloud-20s"
      case onPrem90 = "onprem-90s"
    }
    /// 60 s: the product's current documentation.
    package var profile = Profile.cloud60
    /// How long Initial HA and Pending Recovery last; the profile's own unless set, for drills.
    package var initialHA: TimeSpan?
    package var pendingRecovery: TimeSpan?
    /// A connector that StoreFront has not asked for three days cannot enter outage mode, as in the product. False is for where nobody plays StoreFront.
    package var needsStoreFront = true
    /// How often the registry is asked whether outage mode is forced; each time is a privileged read and stands in the audit. Unknown in the product, chosen.
    package var forceCheckEvery = TimeSpan(.seconds(60))

    package init() {}
  }

  /// Where machines, StoreFront and gateways ask this connector.
  package struct RemoteBroker: Hashable, Codable, Sendable {
    /// `host:port`; port 0 means any free one. Unset or empty: nobody is listened to.
    package var listen: String?
    /// Id of the Secure Ticket Authority: upper-case letters and digits, fewer than 32. Unset or empty: `STA` and 12 hexadecimal digits of the connector's id.
    package var staIdentity: String?

    package init() {}
  }

  /// How this connector takes evergreen updates. Without `root`, or without `state.releases`, it takes none from the cloud.
  package struct Updates: Hashable, Codable, Sendable {
    /// The first root of the signed metadata, from a trusted source; later ones follow from it.
    package var root: String?
    /// Base address of the repository, with `metadata` and `targets` below it; `releases` below `cloud.url` unless set.
    package var repository: String?
    /// What a release on trial must show, and how long it has. The defaults' sources stand at `TrialSettings`.
    package var trialHealthyFor = TimeSpan(.seconds(600))
    package var trialProbes = 20
    package var trialProbeEvery = TimeSpan(.seconds(30))
    package var trialFailingFor = TimeSpan(.seconds(60))
    package var trialReadyWithin = TimeSpan(.seconds(180))
    package var trialLength = TimeSpan(.seconds(3_000))
    /// Between two looks at the signed metadata, and for how long it may stand still. The defaults' sources stand at `UpdateSettings`.
    package var lookEvery = TimeSpan(.seconds(86_400))
    package var freezeAfter = TimeSpan(.seconds(3 * 86_400))

    package init() {}
  }

  /// Only for laboratories: never set these in production.
  package struct Testbed: Hashable, Codable, Sendable {
    /// Lets `connectorctl fault` crash or hang a service.
    package var faults = false

    package init() {}
  }
}
