package import World

/// What the Agent System can make its surroundings do. In one process the daemon fills these in; as a process of its own, systemd does the work.
package struct AgentSystemPorts: Sendable {
  /// The installed version, shown at `ProductVersionBase`.
  package var version: String
  /// Returns once the restart is under way or done; throws, in words, if it cannot be.
  package var restartService: @Sendable (ServiceName) async throws -> Void
  /// Ends the connector's process so that whoever watches it starts it again, as a machine would.
  package var restartProcess: @Sendable (_ after: Duration, _ reason: String) async throws -> Void

  package init(
    version: String, restartService: @escaping @Sendable (ServiceName) async throws -> Void,
    restartProcess: @escaping @Sendable (_ after: Duration, _ reason: String) async throws -> Void
  ) {
    self.version = version
    self.restartService = restartService
    self.restartProcess = restartProcess
  }

  /// Where there is nothing to restart: both answer `NotSimulated`.
  package static func none(version: String) -> AgentSystemPorts {
    AgentSystemPorts(version: version) {
      throw NotSimulated("restarting \($0.rawValue)")
    } restartProcess: { _, _ in
      throw NotSimulated("restarting the process")
    }
  }
}
