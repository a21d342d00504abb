import ControlAPI
import ServiceOrder
import Supervision
import WatchDogService
import World

/// The supervisor's snapshot as the WatchDog reads it.
struct SupervisorMonitoring: ServiceMonitoring {
  let connector: Connector

  func conditions() async -> [ServiceCondition] {
    await connector.facts().rows.map {
      ServiceCondition(name: $0.name, state: $0.state, isEnabled: $0.simulated, isUp: $0.up, restarts: $0.restarts)
    }
  }
}
