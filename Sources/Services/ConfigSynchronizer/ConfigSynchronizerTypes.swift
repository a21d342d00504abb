package import BrokerConfiguration
package import ServiceKit
package import World

/// What the cloud's answer comes to.
package enum FetchedConfiguration: Hashable, Sendable {
  case notModified
  /// The whole, or what has changed since the revision that was asked with.
  case received(revision: Int, [UInt8], isChanges: Bool = false)
  /// It was sent, but must not be read: too large, or without a revision that can be understood (then 0).
  case rejected(revision: Int, reason: String)
  /// The resource location has no configuration.
  case nothing
  case unreachable(String)
  /// The link is still registering or the connector was deleted in the cloud, so there is nobody to ask; the link's own events tell if that fails.
  case notRegistered
}

package enum ConfigSynchronizerAnswer: Hashable, Sendable {
  /// How a check went that did not fail.
  package enum Sync: String, Codable, Sendable { case upToDate, imported, nothing }
  case status(ConfigSynchronizerStatus)
  case revision(Int?)
  case edgeServers([EdgeServer])
  case synced(Sync, revision: Int?)
}

/// Why a check that someone waited for failed. The configuration in use stays.
package enum ConfigSyncFailed: Error, Hashable, Sendable, CustomStringConvertible {
  case unreachable(String)
  case importFailed(revision: Int, ConfigurationImportFailed)
  case notRegistered

  package var description: String {
    switch self {
    case .unreachable(let reason): "the cloud could not be asked: \(reason)"
    case .notRegistered: "this connector has not registered with its cloud yet"
    case .importFailed(let revision, let failure): "revision \(revision) could not be imported: \(failure)"
    }
  }
}

/// What the wire operation `status` answers.
package struct ConfigSynchronizerStatus: Hashable, Codable, Sendable {
  package enum State: String, Codable, Sendable { case opening, asking, importing, waiting }
  package var state = State.opening
  /// The revision in use; nil before the first import.
  package var revision: Int?
  package var digest: String?
  package var counts: [String: Int] = [:]
  package var lastCheck: WallTime?
  /// When the cloud last answered a check.
  package var lastAnswer: WallTime?
  /// When this incarnation last imported one.
  package var lastImport: WallTime?
  package var nextCheck: WallTime?
  /// Checks in a row that the cloud did not answer.
  package var failures = 0
  /// Imports that failed since the service started.
  package var failedImports = 0
  /// What is wrong now, one sentence; nil when nothing is.
  package var problem: String?

  package init() {}
}
