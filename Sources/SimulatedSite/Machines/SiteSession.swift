package import Broker
package import World

/// A session on a simulated machine.
package struct SiteSession: Hashable, Sendable {
  package var id: String
  package var user: String
  package var state: MachineSession.State
  package var applications: [String]
  /// When it ends by itself, or disconnects.
  package var due: Moment
  /// At `due` it disconnects, and ends later.
  package var disconnectsFirst = false

  var known: MachineSession { MachineSession(id: id, user: user, state: state, applications: applications) }
}
