/// The versions of this build: four parts, as the product counts them, and two that go their own ways: connector and bootstrapper.
package enum ConnectorVersion {
  package static let connector = "0.1.0.1"
  package static let bootstrapper = "0.1.0.1"
}

/// The versions that a connector says it has: those of the release that it was started from; outside of one, those that were compiled in.
package struct RunningVersion: Hashable, Sendable {
  package var connector: String
  package var bootstrapper: String
  /// SHA-256 of that release's manifest, 64 hexadecimal digits; nil outside of a release.
  package var digest: String?

  package init(connector: String = ConnectorVersion.connector, bootstrapper: String = ConnectorVersion.bootstrapper, digest: String? = nil) {
    self.connector = connector
    self.bootstrapper = bootstrapper
    self.digest = digest
  }
}
