/// What a path of the cloud's server means. One host serves what the product spreads over several: their paths do not collide.
/// Fixed words are compared without case.
enum APIRoute: Hashable, Sendable {
  case token(customer: String)
  case ping
  /// `customer` stands in the path of some hosts and in a header for the others.
  case locations(customer: String?)
  case location(customer: String?, String)
  case connectors(customer: String?)
  case connector(customer: String?, String)
  case windows(customer: String?)
  case window(customer: String?, location: String)
  case notifications(customer: String)
  case systemLog
  case register(customer: String)
  case labState
  case labConfiguration(location: String)
  case labService(connector: String, service: String, operation: String)
  case labChecks(connector: String)
  case labConnector(String)
  case labUpdates
  case labUpdate(UpdateVerb)
  case labFaults
  case labFault(String)
  case labBroker
  /// A file of the repository of releases: the parts of its path below `/releases`.
  case release([String])
  /// A path that the product has and this cloud has not.
  case notSimulated(String)

  /// What can be ordered of the coordinator of updates.
  enum UpdateVerb: String, CaseIterable, Sendable { case now, pause, resume, abort, clear, delay, widen, look }

  init?(_ segments: [String]) {
    let words = segments.map { $0.lowercased() }
    func at(_ i: Int) -> String { i < segments.count ? segments[i] : "" }
    switch (words.first, words.count) {
    case ("cctrustoauth2", 4) where words[2...] == ["tokens", "clients"]: self = .token(customer: at(1))
    case ("resourcelocations", 1): self = .locations(customer: nil)
    case ("resourcelocations", 2): self = .location(customer: nil, at(1))
    case ("connectors", 1): self = .connectors(customer: nil)
    case ("connectors", 2): self = .connector(customer: nil, at(1))
    case ("maintenance", 1): self = .windows(customer: nil)
    case ("maintenance", 2): self = .window(customer: nil, location: at(1))
    case ("systemlog", 2) where words[1] == "records": self = .systemLog
    case ("lab", 3) where words[1...] == ["v1", "state"]: self = .labState
    case ("lab", 3) where words[1...] == ["v1", "updates"]: self = .labUpdates
    case ("lab", 4) where words[1] == "v1" && words[2] == "updates":
      guard let verb = UpdateVerb(rawValue: words[3]) else { return nil }
      self = .labUpdate(verb)
    case ("lab", 3) where words[1...] == ["v1", "broker"]: self = .labBroker
    case ("lab", 3) where words[1...] == ["v1", "faults"]: self = .labFaults
    case ("lab", 4) where words[1] == "v1" && words[2] == "faults": self = .labFault(at(3))
    case ("lab", 5) where words[1] == "v1" && words[2] == "resourcelocations" && words[4] == "configuration":
      self = .labConfiguration(location: at(3))
    case ("lab", 4) where words[1] == "v1" && words[2] == "connectors": self = .labConnector(at(3))
    case ("lab", 5) where words[1] == "v1" && words[2] == "connectors" && words[4] == "checks": self = .labChecks(connector: at(3))
    case ("lab", 7) where words[1] == "v1" && words[2] == "connectors" && words[4] == "services":
      self = .labService(connector: at(3), service: at(5), operation: at(6))
    case ("releases", 3...): self = .release(Array(segments.dropFirst()))
    case ("healthdata", 2) where ["metricdata", "metrics"].contains(words[1]): self = .notSimulated("healthdata/\(words[1])")
    case (_, 2) where words[1] == "servicestates": self = .notSimulated("serviceStates")
    case ("cctrustoauth2", _), ("lab", _), ("systemlog", _), ("releases", _): return nil
    case (_, 2) where words[1] == "ping": self = .ping
    case (_, 2) where words[1] == "resourcelocations": self = .locations(customer: at(0))
    case (_, 3) where words[1] == "resourcelocations": self = .location(customer: at(0), at(2))
    case (_, 2) where words[1] == "edgeservers": self = .connectors(customer: at(0))
    case (_, 3) where words[1] == "edgeservers": self = .connector(customer: at(0), at(2))
    case (_, 2) where words[1] == "maintenance": self = .windows(customer: at(0))
    case (_, 3) where words[1] == "maintenance": self = .window(customer: at(0), location: at(2))
    case (_, 3) where words[1...] == ["notifications", "items"]: self = .notifications(customer: at(0))
    case (_, 3) where words[1...] == ["connectors", "register"]: self = .register(customer: at(0))
    default: return nil
    }
  }

  var methods: [String] {
    switch self {
    case .token, .register, .labService, .labUpdate: ["POST"]
    case .ping, .systemLog, .labState, .labChecks, .labUpdates, .labBroker: ["GET"]
    case .release: ["GET", "HEAD"]
    case .locations, .notifications: ["GET", "POST"]
    case .location: ["GET", "PUT", "DELETE"]
    case .connectors: ["GET"]
    case .connector: ["GET", "DELETE"]
    case .windows: ["GET", "POST"]
    case .window: ["PUT", "DELETE"]
    case .labConfiguration: ["PUT"]
    case .labConnector: ["DELETE"]
    case .labFaults: ["GET", "POST", "DELETE"]
    case .labFault: ["PUT", "DELETE"]
    case .notSimulated: []
    }
  }

  /// Bytes that a request's body may have. A configuration is large; everything else is small.
  var bodyLimit: Int {
    if case .labConfiguration = self { 64 << 20 } else { 1 << 20 }
  }

  var isLab: Bool {
    switch self {
    case .labState, .labConfiguration, .labService, .labChecks, .labConnector, .labUpdates, .labUpdate, .labFaults, .labFault, .labBroker:
      true
    default: false
    }
  }
}
