import Synchronization
package import World

/// Why a service could not be asked.
package struct ServiceUnavailable: Error, Hashable, Sendable, CustomStringConvertible {
  package enum Reason: String, Sendable { case notRunning, stopped, notEarlier, disabled }
  package var service: ServiceName
  package var reason: Reason

  package init(service: ServiceName, reason: Reason) {
    self.service = service
    self.reason = reason
  }

  package var description: String {
    switch reason {
    case .notRunning: "service \(service.rawValue) is not running; connectorctl services shows why"
    case .stopped: "service \(service.rawValue) stopped before it answered; ask again"
    case .notEarlier: "service \(service.rawValue) does not stand earlier in the service order, so it may not be called"
    case .disabled: "service \(service.rawValue) is disabled"
    }
  }
}

/// Names the interface that a service offers to the services after it.
package struct ServiceKey<Interface>: Sendable {
  package let name: ServiceName
  package init(_ name: ServiceName) { self.name = name }
}

/// The interfaces of the incarnations that run now. A service publishes when it is ready and withdraws when it stops; who asks always
/// gets the current incarnation or a typed error, never a stale one.
package final class ServiceRegistry: Sendable {
  private struct Entry {
    var incarnation: Int
    var interfaces: [ObjectIdentifier: any Sendable]
    var wire: (any ServiceWire)?
  }
  private let entries = Mutex<[ServiceName: Entry]>([:])

  package init() {}

  package func publish<Interface: Sendable>(_ key: ServiceKey<Interface>, _ interface: Interface, incarnation: Int) {
    entries.withLock { entries in
      guard entries[key.name].map({ $0.incarnation <= incarnation }) ?? true else { return }
      if entries[key.name]?.incarnation != incarnation { entries[key.name] = Entry(incarnation: incarnation, interfaces: [:]) }
      entries[key.name]?.interfaces[ObjectIdentifier(Interface.self)] = interface
    }
  }

  package func publish(wire: any ServiceWire, of name: ServiceName, incarnation: Int) {
    entries.withLock { entries in
      guard entries[name].map({ $0.incarnation <= incarnation }) ?? true else { return }
      if entries[name]?.incarnation != incarnation { entries[name] = Entry(incarnation: incarnation, interfaces: [:]) }
      entries[name]?.wire = wire
    }
  }

  /// Forgets what an incarnation published; what a later one published stays.
  package func withdraw(_ name: ServiceName, incarnation: Int) {
    entries.withLock { if $0[name]?.incarnation == incarnation { $0[name] = nil } }
  }

  package func find<Interface: Sendable>(_ key: ServiceKey<Interface>) throws(ServiceUnavailable) -> Interface {
    let found = entries.withLock { $0[key.name]?.interfaces[ObjectIdentifier(Interface.self)] as? Interface }
    guard let found else { throw ServiceUnavailable(service: key.name, reason: .notRunning) }
    return found
  }

  package func wire(of name: ServiceName) throws(ServiceUnavailable) -> any ServiceWire {
    guard let wire = entries.withLock({ $0[name]?.wire }) else { throw ServiceUnavailable(service: name, reason: .notRunning) }
    return wire
  }
}
