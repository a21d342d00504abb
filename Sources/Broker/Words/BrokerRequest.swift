/// What is asked of a broker by machines (VDAs), by StoreFront and by gateways: the same of the cloud's broker and of a connector's.
///
/// The product's own exchange between machines and brokers (CBP) is not public; these forms are ours, their names and numbers the product's (facts/product.md 7, 8).
/// The JSON form is what the cloud takes at `/connector/v1/broker` and a connector at `/vda/v1`; XML and STA requests are turned into it.
package enum BrokerRequest: Hashable, Codable, Sendable {
  // Machines
  case register(MachineRegistration)
  /// At half the heartbeat period (product facts 8).
  case heartbeat(machine: String)
  case deregister(machine: String, reason: DeregistrationReason)
  case session(SessionNotice)
  // StoreFront
  case resources(UserIdentity)
  case launch(LaunchOrder)
  /// The user's sessions that can be reconnected to.
  case sessions(UserIdentity)
  /// Who answers: the farm's name, for monitors.
  case farm
  // Tickets of the Secure Ticket Authority
  case ticket(TicketOrder)
  case ticketData(ticket: String)
  case ticketRefresh(ticket: String)
}

/// A user as the directory knows it: whoever asks has looked the groups up.
package struct UserIdentity: Hashable, Codable, Sendable {
  package var sid: String
  /// SIDs of all groups that it belongs to, also through others.
  package var groups: [String]
  /// Name of the zone that the user's computer is in; nil when nobody said.
  package var zone: String?

  package init(sid: String, groups: [String] = [], zone: String? = nil) {
    self.sid = sid
    self.groups = groups
    self.zone = zone
  }
}

/// A machine that wants to be brokered to.
package struct MachineRegistration: Hashable, Codable, Sendable {
  /// The machine's name, DNS name or SID; what the configuration knows it by, compared without case.
  package var machine: String
  /// Grows with each start of the machine's agent: what an earlier start said late is not believed.
  package var start: Int
  /// `http://host:port/path`, where the machine hears `PrepareOrder`s.
  package var callback: String
  /// Such as `2203.0.0`; empty is refused with `missingAgentVersion`.
  package var agentVersion: String
  package var sessionSupport: MachineSessionSupport
  /// What goes on there already, so that a new broker knows it.
  package var sessions: [MachineSession]
  /// 0…10000, as the product's load index; 10000 is full.
  package var load: Int

  package init(
    machine: String, start: Int = 1, callback: String, agentVersion: String = "2203.0.0", sessionSupport: MachineSessionSupport,
    sessions: [MachineSession] = [], load: Int = 0
  ) {
    self.machine = machine
    self.start = start
    self.callback = callback
    self.agentVersion = agentVersion
    self.sessionSupport = sessionSupport
    self.sessions = sessions
    self.load = load
  }
}

package enum MachineSessionSupport: String, Hashable, Codable, CaseIterable, Sendable { case singleSession, multiSession }

/// A session as its machine knows it.
package struct MachineSession: Hashable, Codable, Sendable {
  /// A prepared one waits for its user's client.
  package enum State: String, Hashable, Codable, CaseIterable, Sendable { case prepared, active, disconnected }
  package var id: String
  package var user: String
  package var state: State
  /// Names of the published applications that run in it; empty for a desktop.
  package var applications: [String]

  package init(id: String, user: String, state: State, applications: [String] = []) {
    self.id = id
    self.user = user
    self.state = state
    self.applications = applications
  }
}

/// What a machine says of one session when it changes; ended ones are known by no machine afterwards.
package struct SessionNotice: Hashable, Codable, Sendable {
  package enum Change: String, Hashable, Codable, CaseIterable, Sendable { case connected, disconnected, ended }
  package var machine: String
  package var session: String
  package var change: Change
  package var load: Int

  package init(machine: String, session: String, change: Change, load: Int = 0) {
    self.machine = machine
    self.session = session
    self.change = change
    self.load = load
  }
}

/// A user wants a resource; asked again with the same `id` it is the same launch.
package struct LaunchOrder: Hashable, Codable, Sendable {
  package var id: String
  package var user: UserIdentity
  /// `BrokerResource.id` of an enumeration.
  package var resource: String
  package var clientName: String

  package init(id: String, user: UserIdentity, resource: String, clientName: String = "") {
    self.id = id
    self.user = user
    self.resource = resource
    self.clientName = clientName
  }
}

/// A ticket is wanted for these data.
package struct TicketOrder: Hashable, Codable, Sendable {
  /// 32 upper-case letters and digits, drawn by whoever asks the logic, which draws nothing (product facts 7).
  package var ticket: String
  /// `TicketData` values by name, such as `ICAAddress`.
  package var values: [String: String]
  /// Lives 500 s and can be refreshed; otherwise 100 s (product facts 7).
  package var isRefreshable: Bool

  package init(ticket: String, values: [String: String], isRefreshable: Bool = false) {
    self.ticket = ticket
    self.values = values
    self.isRefreshable = isRefreshable
  }
}

/// What a broker asks of a machine: be ready for this user. Asked again it is the same session.
package struct PrepareOrder: Hashable, Codable, Sendable {
  package var machine: String
  package var session: String
  package var user: String
  /// Name of the published application; nil for a desktop.
  package var application: String?

  package init(machine: String, session: String, user: String, application: String? = nil) {
    self.machine = machine
    self.session = session
    self.user = user
    self.application = application
  }
}

/// An order on its way from the cloud's broker, through the connector that relayed the machine's registration, to the machine's callback.
package struct PrepareCall: Hashable, Codable, Sendable {
  package var order: PrepareOrder
  /// `http://host:port/path`, as the machine named it when it registered.
  package var callback: String

  package init(order: PrepareOrder, callback: String) {
    self.order = order
    self.callback = callback
  }
}

/// The machine's answer to it.
package struct PrepareReply: Hashable, Codable, Sendable {
  package var accepted: Bool
  /// Why not, for people.
  package var reason: String
  package var load: Int

  package init(accepted: Bool, reason: String = "", load: Int = 0) {
    self.accepted = accepted
    self.reason = reason
    self.load = load
  }
}
