package import World

/// The port to whoever runs the services. Real: an adapter over the supervisor's snapshot.
package protocol ServiceMonitoring: Sendable {
  /// All services, as they are now. Cheap; asked every few seconds.
  func conditions() async -> [ServiceCondition]
}

package struct ServiceCondition: Hashable, Sendable {
  package var name: ServiceName
  /// In the supervisor's words, such as `ready` or `backingOff`.
  package var state: String
  /// False for one that stands in the list and is never started.
  package var isEnabled: Bool
  /// It can be asked.
  package var isUp: Bool
  /// Starts after the first, since the daemon started.
  package var restarts: Int

  package init(name: ServiceName, state: String, isEnabled: Bool, isUp: Bool, restarts: Int) {
    self.name = name
    self.state = state
    self.isEnabled = isEnabled
    self.isUp = isUp
    self.restarts = restarts
  }
}

/// Nobody to watch: for a WatchDog without a supervisor around it.
package struct NoMonitoring: ServiceMonitoring {
  package init() {}
  package func conditions() async -> [ServiceCondition] { [] }
}
