/// What a broker answers.
package enum BrokerAnswer: Hashable, Codable, Sendable {
  /// The machine is registered and says so again within `heartbeatSeconds`, half of the period after which it is dropped.
  case registered(heartbeatSeconds: Int)
  /// A heartbeat, a departure or a session's change was taken.
  case noted
  case resources([BrokerResource])
  case launched(BrokeredLaunch)
  case sessions([ReconnectableSession])
  case farm(FarmData)
  case ticket(ticket: String, authority: String, lifetimeSeconds: Int)
  case ticketData(values: [String: String])
  case refused(BrokerRefusal)
}

/// A desktop or application that a user may start.
package struct BrokerResource: Hashable, Codable, Sendable {
  package enum Kind: String, Hashable, Codable, CaseIterable, Sendable { case desktop, application }
  /// Stable: made of the delivery group's and the application's names.
  package var id: String
  package var kind: Kind
  /// What the user sees.
  package var name: String
  /// Where it stands in the user's list, parts joined by `\`; empty for the top.
  package var folder: String

  package init(id: String, kind: Kind, name: String, folder: String = "") {
    self.id = id
    self.kind = kind
    self.name = name
    self.folder = folder
  }
}

/// A machine is prepared for the user: whoever has this answer gets a session there.
package struct BrokeredLaunch: Hashable, Codable, Sendable {
  package var session: String
  package var machine: String
  /// DNS name or address of the machine.
  package var address: String
  /// An earlier session of the user's is used.
  package var isReconnection: Bool

  package init(session: String, machine: String, address: String, isReconnection: Bool = false) {
    self.session = session
    self.machine = machine
    self.address = address
    self.isReconnection = isReconnection
  }
}

package struct ReconnectableSession: Hashable, Codable, Sendable {
  package var session: String
  package var machine: String
  package var address: String
  package var resource: String
  package var isDisconnected: Bool

  package init(session: String, machine: String, address: String, resource: String, isDisconnected: Bool) {
    self.session = session
    self.machine = machine
    self.address = address
    self.resource = resource
    self.isDisconnected = isDisconnected
  }
}

package struct FarmData: Hashable, Codable, Sendable {
  /// The site's name.
  package var name: String
  /// True: a connector brokers in an outage of its cloud.
  package var isOutage: Bool

  package init(name: String, isOutage: Bool) {
    self.name = name
    self.isOutage = isOutage
  }
}

/// Nothing was done, and why. `kind` is stable; people read `detail`.
package struct BrokerRefusal: Error, Hashable, Codable, Sendable, CustomStringConvertible {
  package enum Kind: String, Hashable, Codable, CaseIterable, Sendable {
    case badRequest
    /// In an outage only the elected connector answers (product facts 3.3).
    case notElected
    /// Between two brokers: ask again.
    case notServing
    /// The cloud's broker was asked and did not answer; the connector is not in outage mode (yet).
    case cloudUnreachable
    /// No configuration is known yet.
    case noConfiguration
    case unknownMachine, notRegistered, registrationRefused, inSinBin
    case notEntitled, unknownResource, noMachine, inMaintenance, disabled
    /// Such as a first assignment of a machine in an outage, or power (product facts 3.4).
    case notInOutage
    case prepareFailed, unknownTicket, overloaded, notSimulated
  }
  package var kind: Kind
  package var detail: String
  /// Of a registration: as the product's `LastDeregistrationReason`.
  package var reason: DeregistrationReason?
  /// Ask again no sooner; nil when waiting does not help.
  package var retryAfterSeconds: Int?

  package init(_ kind: Kind, _ detail: String, reason: DeregistrationReason? = nil, retryAfterSeconds: Int? = nil) {
    self.kind = kind
    self.detail = detail
    self.reason = reason
    self.retryAfterSeconds = retryAfterSeconds
  }
  package var description: String { "\(kind.rawValue): \(detail)" }
}

/// Why a machine is registered no longer, or not at all: `LastDeregistrationReason` of the product (facts 8).
package enum DeregistrationReason: String, Hashable, Codable, CaseIterable, Sendable {
  case agentShutdown, agentSuspended, agentRequested, incompatibleVersion, agentAddressResolutionFailed, agentNotContactable
  case agentWrongActiveDirectoryOU, emptyRegistrationRequest, missingRegistrationCapabilities, missingAgentVersion
  case inconsistentRegistrationCapabilities, notLicensedForFeature, osNotCompatibleWithDdc, vmNotCompatibleWithDdc
  case unsupportedCredentialSecurityVersion, invalidRegistrationRequest, singleMultiSessionMismatch, functionalLevelTooLow
  case powerOff, desktopRestart, desktopRemoved, agentRejectedSettingsUpdate, sendSettingsFailure, sessionAuditFailure
  case sessionPrepareFailure, contactLost, settingsCreationFailure, unknownError, brokerRegistrationLimitReached
  case registrationStateMismatch, unexpectedAgentShutdown, machineInRegistrationSinBin
}
