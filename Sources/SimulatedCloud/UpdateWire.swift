import CloudAPI
package import Rollouts
package import World

/// What an operator wants of the rollout coordinator. Connectors go by id, fqdn or the first label of the fqdn, resource locations by id or name.
package enum UpdateOrder: Hashable, Sendable {
  /// These at once, or everyone who is not there yet when none is named.
  case now([String])
  case pause, resume, abort
  case clear(String)
  /// The one delay of a resource location; nil: of the only one.
  case delay(String?)
  /// - Parameter upTo: hundredths of a percent.
  case widen(ring: String, upTo: Int)
}

/// One decision as people and programs read it.
package struct UpdateLine: Hashable, Codable, Sendable {
  /// Counts without a hole.
  package var number: Int
  package var time: WallTime
  package var kind: RolloutDecision.Kind
  /// Id of the connector.
  package var connector: String?
  package var fqdn: String?
  /// The resource location's name.
  package var location: String?
  package var ring: String?
  package var version: ReleaseVersion?
  package var token: UInt64?
  package var rule: DecidingRule?
  /// By then something is decided about it again.
  package var until: WallTime?
  package var reason: String
  /// The event that it became: its code, its severity's name and its text.
  package var code: Int
  package var severity: String
  package var text: String
}

/// What `GET /lab/v1/updates` answers.
package struct UpdatesState: Hashable, Codable, Sendable {
  package var time: WallTime
  package var status: RolloutStatus
  /// Names by id.
  package var fqdns: [String: String]
  package var locations: [String: String]
  /// The latest decisions, oldest first.
  package var lines: [UpdateLine]
}

extension [UpdateLine] {
  /// Whether a connector whose update failed had left its old version for a while, as far as the latest decisions know.
  package func wentBack(_ connector: String) -> Bool {
    last { $0.connector == connector && ($0.kind == .failed || $0.kind == .rolledBack) }?.kind != .failed
  }
}

/// What came of an order.
package struct UpdateAnswer: Hashable, Codable, Sendable {
  /// What was decided because of it, in order.
  package var lines: [UpdateLine]
  /// Ids of the connectors that it is about.
  package var connectors: [String]
  /// Of those, the ones that need nothing: they run the release.
  package var already: [String]
  /// Those that were not named and take no part, with the reason.
  package var barred: [String: String]

  package init(lines: [UpdateLine] = [], connectors: [String] = [], already: [String] = [], barred: [String: String] = [:]) {
    self.lines = lines
    self.connectors = connectors
    self.already = already
    self.barred = barred
  }

  /// What stands against it; empty when it was obeyed.
  package var refusals: [UpdateLine] { lines.filter { $0.kind == .orderRefused || $0.kind == .offerRefused } }
}

/// What the cloud keeps of its rollout coordinator over a restart: one record, saved before anything of it leaves.
package struct RolloutRecord: Hashable, Codable, Sendable {
  package internal(set) var logic: RolloutLogic
  /// What each connector last said of its work: the same again is nothing new.
  var taken: [String: UpdateStanding] = [:]
  /// The latest decisions, oldest first.
  var lines: [UpdateLine] = []
  /// What was published when it was last looked at.
  var releases: PublishedReleases?

  static let key = CloudRecordKey(.rollout, "", "rollout")
  /// Chosen: enough for one rollout in a lab, and small to save.
  static let lineLimit = 100

  init(_ logic: RolloutLogic) { self.logic = logic }
}
