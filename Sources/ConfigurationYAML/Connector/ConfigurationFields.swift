package import ConnectorSettings

/// One field of `ConnectorConfiguration`: the one description that the reader, the JSON Schema and the reference page come from.
package struct ConfigurationField: Sendable {
  package var path: String
  package var shape: Shape
  /// A field that is not required has the default of the struct, or may be left out.
  package var required: Bool
  package var doc: String

  /// Whether it belongs to the machine, so that a release has no default for it: who the connector is and where its files and its cloud are, which are the
  /// texts; what a release on trial must show, because a release must not set what itself is judged by; and what is only for laboratories.
  package var isMachines: Bool {
    if case .text = shape { return true }
    return path.hasPrefix("updates.") || path.hasPrefix("testbed.")
  }

  init(_ path: String, _ shape: Shape, required: Bool = false, _ doc: String) {
    self.path = path
    self.shape = shape
    self.required = required
    self.doc = doc
  }
}

/// Every field of `ConnectorConfiguration`, in the order of the struct. A test holds it against what the struct encodes.
package enum ConfigurationFields {
  package static let all: [ConfigurationField] = [
    .init(
      "connector.fqdn", .text(.hostName), required: true,
      "Fully qualified name of the connector's machine; elections go by its alphabetical order."),
    .init("connector.customer", .text(.token), required: true, "Customer id in the cloud."),
    .init("connector.resourceLocation", .text(.token), required: true, "Id of the resource location in the cloud."),
    .init("connector.clientID", .text(.nonEmpty), required: true, "Id of the API client that registers the connector."),
    .init(
      "connector.clientSecretFile", .text(.path), required: true, "A file of mode 0600 that holds the client secret; read only to register."),
    .init("cloud.url", .text(.httpsURL), required: true, "Base address of the cloud's API."),
    .init("cloud.caFile", .text(.path), required: true, "PEM file with the certificate authority that the cloud's certificate must chain to."),
    .init("cloud.connectTimeout", time(.milliseconds(100), .seconds(300)), "Limit of name lookup, TCP and TLS together."),
    .init(
      "cloud.requestTimeout", time(.milliseconds(100), .seconds(3600)), "Limit of one request to the cloud, from sending it to the end of its answer."
    ),
    .init(
      "cloud.silenceLimit", time(.milliseconds(100), .seconds(3600)),
      "Without a request from the cloud for this long, the link is taken for dead and dialled anew."),
    .init(
      "cloud.backoffInitial", time(.milliseconds(1), .seconds(3600)),
      "First ceiling of the wait between tries; each wait is drawn from the whole range below it."),
    .init("cloud.backoffMax", time(.milliseconds(1), .seconds(86_400)), "Largest ceiling of the wait between tries; not below backoffInitial."),
    .init(
      "cloud.deletedRetry", time(.milliseconds(100), .seconds(2_592_000)),
      "How often a connector that was deleted in the cloud asks whether it is let in again. To register it anew instead, remove link/identity.json from the state directory and restart connectord."
    ),
    .init("cloud.clockSkewLimit", time(.seconds(1), .seconds(86_400)), "A clock that differs by more than this from the cloud's is reported."),
    .init("state.directory", .text(.path), "The state directory, mode 0700; the default is systemd's."),
    .init("state.controlSocket", .text(.path), "The control socket; `control.sock` in the state directory unless set."),
    .init(
      "state.releases", .text(.path),
      "The folder in which releases lie side by side (`releases/`, `active`, `last-good`, `trial`), outside the state directory and on its file system. Unset, this connector is not updated in place."
    ),
    .init(
      "supervision.strategy", .choice(ConnectorConfiguration.Supervision.Strategy.allCases.map(\.rawValue)),
      "Who is restarted with a service that failed or is restarted by hand. `oneForOne`: nobody else. `restForOne`: those after it in the start order. `oneForAll`: all of them. The link to the cloud counts as the first."
    ),
    .init("supervision.restartBudget", .integer(0...1000), "More restarts than this within budgetWindow stop the daemon with exit code 70."),
    .init("supervision.budgetWindow", time(.seconds(1), .seconds(86_400)), "The span that restartBudget counts in."),
    .init(
      "supervision.backoffInitial", time(.milliseconds(1), .seconds(3600)),
      "Wait before the first restart of a child; it doubles with each that follows."),
    .init("supervision.backoffMax", time(.milliseconds(1), .seconds(3600)), "Longest wait before a restart; not below backoffInitial."),
    .init(
      "supervision.stableAfter", time(.milliseconds(1), .seconds(86_400)), "A child that ran for this long starts again from the first back-off."),
    .init("supervision.readyWithin", time(.milliseconds(10), .seconds(3600)), "A child that is not ready by then is replaced."),
    .init("supervision.pingEvery", time(.milliseconds(10), .seconds(3600)), "How often each child is asked whether it is live."),
    .init("supervision.pingDeadline", time(.milliseconds(10), .seconds(3600)), "A child that leaves a ping unanswered for this long is replaced."),
    .init("supervision.stopWithin", time(.milliseconds(10), .seconds(3600)), "A child's budget to stop in order."),
    .init(
      "events.output", .choice(ConnectorConfiguration.Events.Output.allCases.map(\.rawValue)),
      "Where events go. `auto`: the journal when there is one, otherwise standard error."),
    .init(
      "events.file", .text(.path),
      "A file that each event is appended to as well, as a line of JSON; at 8 MiB a new one begins, and the one before stays beside it (`events.jsonl`, `events.1.jsonl`). `connector-lab verify --file` reads it. Unset: what the environment variable `CONNECTORD_EVENTS_FILE` says, if anything."
    ),
    .init("events.ring", .integer(16...1_048_576), "How many of the latest events `connectorctl events` can show."),
    .init("logger.level", .choice(ConnectorConfiguration.Logger.Level.allCases.map(\.rawValue)), "The least important level that is written."),
    .init("logger.rotateBytes", .integer(4096...1_073_741_824), "A log file is rotated when it would grow beyond this many bytes."),
    .init("logger.keep", .integer(0...1000), "Rotated files kept for each service."),
    .init("logger.queue", .integer(1...1_048_576), "Lines that wait for the disk; beyond it they are dropped and counted."),
    .init(
      "directory.file", .text(.path),
      "A YAML description of forests, domains, users, groups and computers; without it the AD Provider answers that it is joined to nothing."),
    .init("directory.joinedDomain", .text(.hostName), "The domain that the connector's machine is joined to."),
    .init("directory.healthEvery", time(.milliseconds(100), .seconds(86_400)), "How often the domain controllers' health is checked."),
    .init(
      "credentials.rootKeyFile", .text(.path),
      "A file of mode 0600 with the 32-byte root key. Unset: systemd's credential `connectord.root-key`, else `root.key` in the state directory, made at first start."
    ),
    .init(
      "configSync.interval", time(.milliseconds(100), .seconds(3600)),
      "How often the cloud is asked for a newer broker configuration. The product: 60s in its technical brief, 300s in its newer setting (60s to 1h)."
    ),
    .init("configSync.keep", .integer(0...100), "Earlier databases kept beside the current one."),
    .init("highAvailability.probeEvery", time(.milliseconds(10), .seconds(3600)), "How often peers are probed. Unknown in the product, chosen."),
    .init(
      "highAvailability.peerTimeout", time(.milliseconds(10), .seconds(3600)),
      "A peer that answers nothing for this long does not take part in the election; longer than probeEvery. Unknown in the product, chosen."),
    .init(
      "highAvailability.listen", .text(.hostPort),
      "Loopback host:port that this connector answers its peers on; unset means any free port on 127.0.0.1."),
    .init(
      "highAvailability.profile", .choice(ConnectorConfiguration.HighAvailability.Profile.allCases.map(\.rawValue)),
      "The timers of outages, named by when the cloud is taken for lost: 60s in the product's current documentation, 20s in its older one, 90s on premises."
    ),
    .init(
      "highAvailability.initialHA", time(.seconds(1), .seconds(86_400)),
      "How long Initial HA lasts. Unset: 10m, which is unknown in the product and chosen."),
    .init(
      "highAvailability.pendingRecovery", time(.seconds(1), .seconds(86_400)),
      "How long the cloud must be well before it brokers again. Unset: by the profile, 10m or 75s on premises; unknown in the product, chosen."),
    .init(
      "highAvailability.needsStoreFront", .flag,
      "Whether a connector that StoreFront has not asked for three days cannot enter outage mode, as in the product."),
    .init(
      "highAvailability.forceCheckEvery", time(.seconds(1), .seconds(3600)),
      "How often the registry is asked whether outage mode is forced; each time stands in the audit. Unknown in the product, chosen."),
    .init(
      "remoteBroker.listen", .text(.listener),
      "host:port where StoreFront (`/scripts/wpnbr.dll`), gateways (`/scripts/CtxSTA.dll`) and machines (`/vda/v1`) ask this connector, without TLS; port 0 means any free one. Unset: nobody can."
    ),
    .init(
      "remoteBroker.staIdentity", .text(.staIdentity),
      "Id of the connector's Secure Ticket Authority, the same nowhere else that a gateway asks. Unset: `STA` and 12 hexadecimal digits of the connector's id."
    ),
    .init(
      "updates.root", .text(.path),
      "The first root of the releases' signed metadata, from a trusted source. Without it, or without state.releases, this connector takes no updates from the cloud."
    ),
    .init(
      "updates.repository", .text(.httpsURL),
      "Base address of the repository of releases, with `metadata` and `targets` below it. Unset: `releases` below cloud.url."),
    .init(
      "updates.trialHealthyFor", time(.milliseconds(100), .seconds(86_400)), "A release on trial must be healthy without a break for so long."),
    .init("updates.trialProbes", .integer(1...10_000), "So many healthy probes it needs within that time, one of them through the cloud."),
    .init("updates.trialProbeEvery", time(.milliseconds(100), .seconds(3600)), "Between two probes of a release on trial."),
    .init("updates.trialFailingFor", time(.milliseconds(100), .seconds(86_400)), "A release on trial that fails for so long is taken back."),
    .init("updates.trialReadyWithin", time(.milliseconds(100), .seconds(86_400)), "From the start of a release on trial to its readiness."),
    .init(
      "updates.trialLength", time(.seconds(1), .seconds(604_800)),
      "A trial that is not committed by then is taken back; at least trialHealthyFor, trialReadyWithin and trialProbeEvery together."),
    .init(
      "updates.lookEvery", time(.seconds(1), .seconds(30 * 86_400)),
      "Between two looks whether the repository of releases still issues signed metadata."),
    .init(
      "updates.freezeAfter", time(.seconds(1), .seconds(365 * 86_400)),
      "When no newer signed metadata has come for so long, the next look says so (event 18025): the repository may be held still."),
    .init("testbed.faults", .flag, "Only for laboratories: lets `connectorctl fault` crash or hang a service. Never set it in production."),
  ]

  private static func time(_ least: Duration, _ most: Duration) -> Shape { .duration(TimeSpan(least), TimeSpan(most)) }

  /// What the blocks are for, for the reference page and the schema.
  package static let blocks: [(key: String, doc: String)] = [
    ("connector", "Who this connector is."),
    ("cloud", "Where the cloud is and how long to wait for it."),
    ("state", "Where the connector keeps what must survive."),
    ("supervision", "How services are restarted, watched and stopped."),
    ("events", "Where events go."),
    ("logger", "The services' logs."),
    ("directory", "The directory that the AD Provider answers from."),
    ("credentials", "The Credential Provider's root key."),
    ("configSync", "How the broker configuration is kept in step with the cloud."),
    ("highAvailability", "How connectors of one resource location watch each other and elect one, and how they see an outage of the cloud."),
    ("remoteBroker", "Where machines, StoreFront and gateways ask this connector."),
    ("updates", "How this connector takes evergreen updates, and what a release on trial must show."),
    ("testbed", "Only for laboratories: never set these in production."),
  ]

  /// A field's default in words, `required` or `unset`.
  package static func presence(of field: ConfigurationField) -> ShapeField.Presence {
    if field.required { return .required }
    return defaults.at(field.path).map(ShapeField.Presence.defaulted) ?? .optional
  }

  /// The shape of the whole file.
  package static let shape: Shape = shape { _ in nil }

  /// The shape of the whole file where weaker layers give values for some fields.
  static func shape(given: (_ path: String) -> Tree?) -> Shape {
    record { field in given(field.path).map { .defaulted($0) } ?? presence(of: field) }
  }

  /// The shape of a release's default configuration: every field may be left out, and none is filled in.
  static let partial: Shape = record { _ in .optional }

  private static func record(_ presence: (ConfigurationField) -> ShapeField.Presence) -> Shape {
    .record(
      blocks.map { block in
        let keys = all.filter { $0.path.hasPrefix(block.key + ".") }.map {
          ShapeField(String($0.path.dropFirst(block.key.count + 1)), $0.shape, presence($0), $0.doc)
        }
        let isRequired = keys.contains { if case .required = $0.presence { true } else { false } }
        return ShapeField(block.key, .record(keys), isRequired ? .required : .defaulted(.record([])), block.doc)
      })
  }

  /// A configuration as the shortest file says it: without what has its default.
  package static func sparse(_ configuration: ConnectorConfiguration) throws -> Tree {
    let whole = try Tree(encoding: configuration)
    var tree = Tree.record([])
    for field in all {
      guard let value = whole.at(field.path) else { continue }
      if case .defaulted(let given) = presence(of: field), given == value { continue }
      tree.set(field.path, value)
    }
    return tree
  }

  /// What the struct holds when nothing but the required fields is given. Its encoding cannot fail: it is texts, numbers and flags.
  private static let defaults: Tree = {
    let empty = ConnectorConfiguration(
      connector: .init(fqdn: "", customer: "", resourceLocation: "", clientID: "", clientSecretFile: ""), cloud: .init(url: "", caFile: ""))
    return (try? Tree(encoding: empty)) ?? .record([])
  }()
}
