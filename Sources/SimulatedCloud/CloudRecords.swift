package import CloudAPI
package import World

/// What the cloud keeps over a restart. Each record belongs to one customer; the store keeps them by kind, customer and id.
package enum CloudRecord: Hashable, Sendable {
  case customer(CustomerRecord)
  case client(ClientRecord)
  case token(TokenRecord)
  case location(LocationRecord)
  case connector(ConnectorRecord)
  case window(WindowRecord)
  case notification(NotificationRecord)
  case systemLog(SystemLogRecord)
  case configuration(ConfigurationRecord)
  case revocation(RevocationRecord)
  /// The coordinator of updates: one for all customers.
  case rollout(RolloutRecord)

  package var key: CloudRecordKey {
    switch self {
    case .customer(let r): CloudRecordKey(.customer, r.id, r.id)
    case .client(let r): CloudRecordKey(.client, r.customer, r.id)
    case .token(let r): CloudRecordKey(.token, r.customer, r.digest)
    case .location(let r): CloudRecordKey(.location, r.customer, r.model.id)
    case .connector(let r): CloudRecordKey(.connector, r.customer, r.id)
    case .window(let r): CloudRecordKey(.window, r.customer, r.model.location)
    case .notification(let r): CloudRecordKey(.notification, r.customer, String(r.number))
    case .systemLog(let r): CloudRecordKey(.systemLog, r.customer, String(r.number))
    case .configuration(let r): CloudRecordKey(.configuration, r.customer, r.location)
    case .revocation(let r): CloudRecordKey(.revocation, r.customer, r.serial)
    case .rollout: RolloutRecord.key
    }
  }
}

package struct CloudRecordKey: Hashable, Sendable {
  package enum Kind: String, CaseIterable, Sendable {
    case customer, client, token, location, connector, window, notification, systemLog, configuration, revocation, rollout
  }
  package var kind: Kind
  package var customer: String
  package var id: String

  package init(_ kind: Kind, _ customer: String, _ id: String) {
    self.kind = kind
    self.customer = customer
    self.id = id
  }
}

package struct CustomerRecord: Hashable, Codable, Sendable {
  package var id: String
  package var name: String

  package init(id: String, name: String) {
    self.id = id
    self.name = name
  }
}

/// An API client. The secret itself is never kept.
package struct ClientRecord: Hashable, Codable, Sendable {
  package var customer: String
  package var id: String
  package var name: String
  /// SHA-256 of the secret, lower-case hexadecimal. Secrets are random and long, so no salt.
  package var secretDigest: String
  /// It may only read.
  package var readOnly: Bool

  package init(customer: String, id: String, name: String, secretDigest: String, readOnly: Bool = false) {
    self.customer = customer
    self.id = id
    self.name = name
    self.secretDigest = secretDigest
    self.readOnly = readOnly
  }
}

/// A token that was given out. The token itself is never kept.
package struct TokenRecord: Hashable, Codable, Sendable {
  package var customer: String
  package var client: String
  /// SHA-256 of the token, lower-case hexadecimal.
  package var digest: String
  package var expires: WallTime
}

package struct LocationRecord: Hashable, Codable, Sendable {
  package var customer: String
  package var model: ResourceLocationModel

  package init(customer: String, model: ResourceLocationModel) {
    self.customer = customer
    self.model = model
  }
}

package struct ConnectorRecord: Hashable, Codable, Sendable {
  package var customer: String
  package var id: String
  package var fqdn: String
  package var location: String
  /// The one certificate that lets it in.
  package var serial: String
  package var registered: WallTime
  package var version: String
  package var bootstrapperVersion: String?
  /// Of the release that runs, as its latest report said.
  package var digest: String?
  package var lastContact: WallTime?
  package var leaseEnds: WallTime?
  package var inMaintenance: Bool
  /// Where its peers reach it, as its latest report said.
  package var peerAddress: String?
}

package struct WindowRecord: Hashable, Codable, Sendable {
  package var customer: String
  package var model: MaintenanceWindowModel
}

package struct NotificationRecord: Hashable, Codable, Sendable {
  package var customer: String
  package var number: Int
  package var model: NotificationModel
}

package struct SystemLogRecord: Hashable, Codable, Sendable {
  package var customer: String
  /// Counts up within the customer; the public record id comes from it.
  package var number: Int
  package var model: SystemLogRecordModel
}

/// A certificate that lets nobody in any more. Kept, so that its bearer is told that it was revoked, and is not taken for one whose record was lost.
package struct RevocationRecord: Hashable, Codable, Sendable {
  package var customer: String
  package var serial: String
  package var fqdn: String
  package var time: WallTime
}

/// What a resource location's connectors are to know, as it was published. The bytes are opaque here.
package struct ConfigurationRecord: Hashable, Codable, Sendable {
  package var customer: String
  package var location: String
  /// Grows by one when a configuration is published and when the location's connectors change.
  package var revision: Int
  /// SHA-256 of `bytes`, lower-case hexadecimal.
  package var digest: String
  package var published: WallTime
  /// The JSON as published: without the connectors, which are merged in when it is served.
  package var bytes: [UInt8]

  package init(customer: String, location: String, revision: Int, digest: String, published: WallTime, bytes: [UInt8]) {
    self.customer = customer
    self.location = location
    self.revision = revision
    self.digest = digest
    self.published = published
    self.bytes = bytes
  }
}
