/// The port to the database that a connector keeps its synced configuration in. Real: `ConfigStore` (SQLite); simulated: `MemoryConfigurationDatabase`.
package protocol ConfigurationDatabase: Sendable {
  /// Finds the newest good configuration. A damaged one is moved aside and named in the answer; the one before it is taken. Never throws: a
  /// connector without a configuration still runs.
  func open() async -> OpenedConfiguration
  /// Builds a database of its own from `configuration`, checks it and only then makes it the current one. On any failure the
  /// current one stays. Throws `ConfigurationImportFailed`; of the step `abandon` when its task is cancelled before the new one is current.
  func replace(with configuration: BrokerConfiguration) async throws(ConfigurationImportFailed) -> ConfigurationSummary
  /// The same with the current one as these changes make it. What cannot be read, is of another base or does not come to its digest fails at the step `read`.
  func replace(by changes: ConfigurationChanges) async throws(ConfigurationImportFailed) -> ConfigurationSummary
  /// All of the current configuration; nil when there is none. Others may ask the database meanwhile. Throws what the disk says.
  func read() async throws -> BrokerConfiguration?
}

/// What a connector needs to know of the configuration in use without reading all of it.
package struct ConfigurationSummary: Hashable, Codable, Sendable {
  package var revision: Int
  /// The canonical digest, lower-case hexadecimal.
  package var digest: String
  /// Objects of each kind by the kind's JSON name.
  package var counts: [String: Int]
  package var edgeServers: [BrokerConfiguration.EdgeServer]

  package init(revision: Int, digest: String, counts: [String: Int], edgeServers: [BrokerConfiguration.EdgeServer]) {
    self.revision = revision
    self.digest = digest
    self.counts = counts
    self.edgeServers = edgeServers
  }
}

/// What was found at start.
package struct OpenedConfiguration: Hashable, Sendable {
  /// Nil when there is no good configuration.
  package var current: ConfigurationSummary?
  package var damaged: [DamagedConfiguration]

  package init(current: ConfigurationSummary?, damaged: [DamagedConfiguration] = []) {
    self.current = current
    self.damaged = damaged
  }
}

/// A database that could not be used.
package struct DamagedConfiguration: Hashable, Sendable {
  /// Where it lies now.
  package var path: String
  package var reason: String

  package init(path: String, reason: String) {
    self.path = path
    self.reason = reason
  }
}

/// Why an import left the old configuration in place.
package struct ConfigurationImportFailed: Error, Hashable, Sendable, CustomStringConvertible {
  /// `abandon`: nothing went wrong, it was given up.
  package enum Step: String, Codable, Sendable { case read, build, check, swap, abandon }
  package var step: Step
  package var reason: String

  package init(_ step: Step, _ reason: String) {
    self.step = step
    self.reason = reason
  }

  package var description: String { "\(step.rawValue): \(reason)" }
}
