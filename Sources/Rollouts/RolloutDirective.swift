package import World

/// What the shell must do, in order. Whatever goes to a connector may be lost: deadlines see to it.
package enum RolloutDirective: Hashable, Sendable {
  /// Tell the connector to drain and go into maintenance. It must be out of it by the lease's end, unless it was renewed.
  case enterMaintenance(String, MaintenanceLease)
  case install(String, ReleaseVersion, MaintenanceLease)
  case rollBack(String, MaintenanceLease)
  case restartMachine(String, MaintenanceLease)
  /// The lease is over: out of maintenance, nothing further under this token.
  case leaveMaintenance(String, token: UInt64)
  /// Record it as an event.
  case decided(RolloutDecision)
}
