package import CloudStore
package import SimulatedCloud

/// The port to the cloud's saved state. Real: `CloudStore`; simulated: `ForgetfulStore`.
package protocol CloudPersistence: Sendable {
  /// One transaction: all of the directives' records are saved, or none and an error is thrown.
  func commit(_ directives: [CloudDirective]) throws(CloudStoreError)
}

extension CloudStore: CloudPersistence {}

/// Keeps nothing: for an ephemeral lab whose state is to vanish with it.
package struct ForgetfulStore: CloudPersistence {
  package init() {}
  package func commit(_ directives: [CloudDirective]) throws(CloudStoreError) {}
}
