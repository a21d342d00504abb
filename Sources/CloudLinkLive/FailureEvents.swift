package import CloudAPI
package import EventCatalog

extension LinkFailure.Kind {
  /// The event of each kind.
  package var definition: EventDefinition {
    switch self {
    case .dns: LinkEvents.dns
    case .connect: LinkEvents.connect
    case .timeout: LinkEvents.timeout
    case .tls: LinkEvents.tls
    case .certificateExpired: LinkEvents.certificateExpired
    case .certificateRevoked: LinkEvents.certificateRevoked
    case .certificateUntrusted: LinkEvents.certificateUntrusted
    case .wrongCustomer: LinkEvents.wrongCustomer
    case .wrongSecret: LinkEvents.wrongSecret
    case .unknownResourceLocation: LinkEvents.unknownResourceLocation
    case .clockSkew: LinkEvents.clockSkew
    case .protocolViolation: LinkEvents.protocolViolation
    case .closed: LinkEvents.closed
    case .refused: LinkEvents.refused
    case .connectorDeleted: LinkEvents.connectorDeleted
    }
  }

  /// A new certificate can cure it, so the next try registers anew.
  var registersAnew: Bool { self == .certificateExpired || self == .certificateUntrusted }

  /// Somebody has to act: trying often is of no use, so the next wait is drawn from the longest range.
  var needsSomebody: Bool {
    switch self {
    case .certificateRevoked, .wrongCustomer, .wrongSecret, .unknownResourceLocation: true
    default: false
    }
  }
}
