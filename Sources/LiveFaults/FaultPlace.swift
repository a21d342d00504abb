package import World

/// Why an order of a fault cannot be followed; the description says what was expected.
package struct FaultProblem: Error, Hashable, Sendable, CustomStringConvertible {
  package var description: String
  package init(_ description: String) { self.description = description }
}

/// Where a fault sits. Connectors are named as the lab names them (`c1`), by fqdn or by id.
package enum FaultPlace: Hashable, Sendable, CustomStringConvertible {
  /// Between a connector and its cloud.
  case link(String)
  /// What is asked of a service from outside: by the cloud over the link, and over the control socket.
  case service(String, ServiceName, operation: String?)
  /// The connector's process, and its disk.
  case connector(String)
  /// Between a connector and all others of its resource location.
  case peers(String)

  static let expected = "link:c1, service:c1/logger, service:c1/logger/collect, connector:c1 or peers:c1"

  package init(_ text: String) throws(FaultProblem) {
    guard let colon = text.firstIndex(of: ":") else { throw FaultProblem("the place is '\(text)'; expected \(Self.expected)") }
    let parts = text[text.index(after: colon)...].split(separator: "/", omittingEmptySubsequences: false).map(String.init)
    guard let name = parts.first, name.wholeMatch(of: #/[A-Za-z0-9.-]{1,253}/#) != nil else {
      throw FaultProblem("the place '\(text)' names no connector; expected \(Self.expected)")
    }
    switch (text[..<colon], parts.count) {
    case ("link", 1): self = .link(name)
    case ("connector", 1): self = .connector(name)
    case ("peers", 1): self = .peers(name)
    case ("service", 2), ("service", 3):
      guard let service = ServiceName(rawValue: parts[1]) else {
        let names = ServiceName.allCases.map(\.rawValue).joined(separator: ", ")
        throw FaultProblem("there is no service '\(parts[1])'; expected one of \(names)")
      }
      let operation = parts.count == 3 ? parts[2] : nil
      guard operation?.wholeMatch(of: #/[a-z0-9-]{1,64}/#) != nil || operation == nil else {
        throw FaultProblem("'\(parts[2])' is no operation's name; expected one such as collect")
      }
      self = .service(name, service, operation: operation)
    default: throw FaultProblem("the place is '\(text)'; expected \(Self.expected)")
    }
  }

  package var connector: String {
    switch self {
    case .link(let name), .connector(let name), .peers(let name), .service(let name, _, _): name
    }
  }

  /// The same place of a connector that is called otherwise.
  package func of(_ name: String) -> FaultPlace {
    switch self {
    case .link: .link(name)
    case .connector: .connector(name)
    case .peers: .peers(name)
    case .service(_, let service, let operation): .service(name, service, operation: operation)
    }
  }

  package var description: String {
    switch self {
    case .link(let name): "link:\(name)"
    case .connector(let name): "connector:\(name)"
    case .peers(let name): "peers:\(name)"
    case .service(let name, let service, nil): "service:\(name)/\(service.rawValue)"
    case .service(let name, let service, let operation?): "service:\(name)/\(service.rawValue)/\(operation)"
    }
  }
}
