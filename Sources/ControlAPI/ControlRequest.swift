package import CloudAPI
package import World

/// What an administrator can ask of a running connector. Stop and reload are signals (SIGTERM, SIGHUP), so they are not here.
///
/// In JSON each is an object with one key, the case, such as `{"restart":{"service":"logger"}}`.
package enum ControlRequest: Hashable, Codable, Sendable {
  /// The first frame of every connection; the answer is `.hello` or a failure.
  case hello(peer: ControlHello)
  case status
  case health
  case services
  /// Ends the service's incarnation and starts the next at once; it does not count against the restart budget.
  case restart(service: ServiceName)
  /// Answered with `.event` for each and, unless the query follows, `.end`.
  case events(query: EventQuery)
  case registryGet(path: String)
  case registrySet(path: String, value: RegistryValue)
  /// All below `prefix`; an empty prefix lists all.
  case registryList(prefix: String)
  case registryDelete(path: String)
  /// The configuration in use.
  case configShow
  /// How a candidate file, given as its content, differs from the configuration in use. Changes nothing.
  case configDiff(candidate: String)
  case version
  /// Only where the configuration allows it (`testbed.faults`).
  case fault(service: ServiceName, kind: ServiceFault)
  /// The same; a lasting fault, for so many milliseconds at most. One whose id is known already changes nothing.
  case holdFault(id: Int, fault: FaultOrder, left: Int)
  /// Ends one, or all.
  case healFault(id: Int?)
  /// The same: those that this connector holds now.
  case faults
  /// The generic call of a service's wire form: operation and body as its `<Name>Wire.swift` says.
  case service(service: ServiceName, operation: String, body: JSONValue)
}

extension ControlRequest {
  /// The case's name, for events and messages.
  package var name: String {
    switch self {
    case .hello: "hello"
    case .status: "status"
    case .health: "health"
    case .services: "services"
    case .restart: "restart"
    case .events: "events"
    case .registryGet: "registry get"
    case .registrySet: "registry set"
    case .registryList: "registry list"
    case .registryDelete: "registry delete"
    case .configShow: "config show"
    case .configDiff: "config diff"
    case .version: "version"
    case .fault: "fault"
    case .holdFault: "fault hold"
    case .healFault: "fault heal"
    case .faults: "faults"
    case .service(let service, let operation, _): "\(service.rawValue) \(operation)"
    }
  }
}

package struct ControlHello: Hashable, Codable, Sendable {
  /// The version of requests, answers and frames that this software speaks.
  package static let current = 1

  /// Named `protocol` in JSON.
  package var version: Int
  /// Who speaks, such as `connectorctl`.
  package var software: String

  package init(version: Int = ControlHello.current, software: String) {
    self.version = version
    self.software = software
  }

  private enum CodingKeys: String, CodingKey {
    case version = "protocol"
    case software
  }
}

/// What `connectorctl fault` does to a service of a laboratory.
package enum ServiceFault: String, CaseIterable, Codable, Sendable {
  /// Its `run` throws.
  case crash
  /// It stops answering its liveness ping.
  case hang
}
