package import CloudAPI

/// What the asker gets.
package enum CloudAnswer: Hashable, Sendable {
  case none
  case refused(CloudRefusal)
  case token(lifetime: Duration)
  case locations([ResourceLocationModel])
  case location(ResourceLocationModel)
  /// Done, with nothing to say: 204.
  case noContent
  /// Done, and the product answers `true`.
  case done
  case connectors([ConnectorModel])
  case connector(ConnectorModel)
  case windows([MaintenanceWindowModel])
  case window(MaintenanceWindowModel)
  case notifications([NotificationModel])
  case notification(NotificationModel)
  case systemLog(SystemLogPage)
  case published(revision: Int)
  case grant(RegistrationGrant)
  /// Nil: let it in.
  case admission(LinkFailure?)
  case configuration(ServedConfiguration)
  case notModified(revision: Int)
  case checks([HealthCheck])
  case state(LabState)
  case updates(UpdatesState)
  case decided(UpdateAnswer)
}

/// The configuration with what the cloud fills in still beside it: `EdgeServerMerge` puts the two together.
package struct ServedConfiguration: Hashable, Sendable {
  package var record: ConfigurationRecord
  package var edgeServers: [EdgeServerEntry]
}

/// A connector as the broker configuration lists it.
package struct EdgeServerEntry: Hashable, Codable, Sendable {
  package var fqdn: String
  package var uuid: String
  package var peerAddress: String?

  package init(fqdn: String, uuid: String, peerAddress: String?) {
    self.fqdn = fqdn
    self.uuid = uuid
    self.peerAddress = peerAddress
  }
}

/// Why a request was refused, in both vocabularies: the public API's status and the connector's failure kind.
package struct CloudRefusal: Error, Hashable, Sendable, CustomStringConvertible {
  package enum Kind: String, CaseIterable, Sendable {
    case badRequest, unauthenticated, noPermission, notFound, conflict, unavailable, notSimulated
    /// The token endpoint's codes (RFC 6749, section 5.2).
    case invalidClient, invalidRequest, unsupportedGrantType
    /// The connector's own exchange.
    case wrongSecret, wrongCustomer, unknownResourceLocation, clockSkew
  }
  package var kind: Kind
  package var detail: String

  /// - Parameter detail: may quote what the asker sent; beyond 600 characters it is cut.
  package init(_ kind: Kind, _ detail: String) {
    self.kind = kind
    self.detail = detail.utf8.count <= 600 ? detail : detail.prefix(600) + "…"
  }

  package var description: String { "\(kind.rawValue): \(detail)" }

  package var status: Int {
    switch kind {
    case .badRequest, .invalidRequest, .unsupportedGrantType, .clockSkew: 400
    case .unauthenticated, .invalidClient, .wrongSecret: 401
    case .noPermission, .wrongCustomer: 403
    case .notFound, .unknownResourceLocation: 404
    case .conflict: 409
    case .notSimulated: 501
    case .unavailable: 503
    }
  }

  /// What the connector is told (`RefusalBody`).
  package var failure: LinkFailure.Kind {
    switch kind {
    case .wrongSecret, .invalidClient: .wrongSecret
    case .wrongCustomer, .noPermission: .wrongCustomer
    case .unknownResourceLocation: .unknownResourceLocation
    case .clockSkew: .clockSkew
    case .badRequest, .invalidRequest, .unsupportedGrantType: .protocolViolation
    case .unauthenticated, .notFound, .conflict, .unavailable, .notSimulated: .refused
    }
  }
}
