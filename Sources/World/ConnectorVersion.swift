/// The versions of this build: four parts, as the product counts them, and two that go their own ways: connector and bootstrapper.
package enum ConnectorVersion {
  package static let connector = "0.1.0.1"
  package static let bootstrapper = "0.1.0.1"
}
