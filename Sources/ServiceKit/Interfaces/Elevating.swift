package import AgentSystem
package import CloudAPI
package import World

/// Which service a call comes from. Only its `ServiceContext` makes one, so that no service can speak for another.
package struct CallingService: Hashable, Sendable {
  package let name: ServiceName
  fileprivate init(_ name: ServiceName) { self.name = name }
}

/// The WatchDog as the services after it see it: the only way to anything elevated. Services call `ServiceContext.elevate`.
package protocol Elevating: Sendable {
  /// Asks the Agent System on behalf of `asker`. A refusal is an answer; throws when there is none: `AgentCallError` or `ServiceUnavailable`.
  func elevate(_ operation: PrivilegedOperation, asker: CallingService) async throws -> PrivilegedAnswer
  /// What the connector is told to be, as the WatchDog last learned it; costs no privileged call.
  func standing() async throws -> ConnectorStanding
}

/// Maintenance, the scheduled restart, and what is known of updates.
package struct ConnectorStanding: Hashable, Sendable {
  package var inMaintenance: Bool
  package var maintenanceReason: String
  package var restart: ScheduledRestart?
  /// Under a lease of the cloud's rollout coordinator, or what ended last.
  package var update: UpdateStanding?
  /// The machine waits for a restart; nil while it has just started and is not known.
  package var isRestartPending: Bool?
  /// Why it takes no updates from the cloud; nil when it does.
  package var updatesBarred: String?

  package init(
    inMaintenance: Bool = false, maintenanceReason: String = "", restart: ScheduledRestart? = nil, update: UpdateStanding? = nil,
    isRestartPending: Bool? = nil, updatesBarred: String? = nil
  ) {
    self.inMaintenance = inMaintenance
    self.maintenanceReason = maintenanceReason
    self.restart = restart
    self.update = update
    self.isRestartPending = isRestartPending
    self.updatesBarred = updatesBarred
  }
}

/// The Agent System as the WatchDog sees it: a door to connect through.
package protocol AgentSystemReaching: Sendable {
  /// Throws a `Refusal` to everyone but the WatchDog.
  func connect(_ caller: CallingService) throws -> any AgentTransport
}

extension ServiceKey where Interface == any Elevating {
  package static var elevation: Self { Self(.watchDog) }
}

extension ServiceKey where Interface == any AgentSystemReaching {
  package static var agentSystem: Self { Self(.agentSystem) }
}

extension ServiceContext {
  /// Asks for an elevated operation in this service's own name, through the WatchDog (which `uses` must name).
  package func elevate(_ operation: PrivilegedOperation) async throws -> PrivilegedAnswer {
    try await find(.elevation).elevate(operation, asker: CallingService(service))
  }

  /// A connection to the Agent System in this service's own name; refused to all but the WatchDog.
  package func connectToAgentSystem() throws -> any AgentTransport { try find(.agentSystem).connect(CallingService(service)) }
}
