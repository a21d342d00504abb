package import World

/// The Credential Provider as the services after it see it. Every request and answer is audited as an event, and without the audit there is no answer.
package protocol SecretStoring: Sendable {
  func put(_ name: String, _ secret: [UInt8], for owner: ServiceName) async throws
  func get(_ name: String, for owner: ServiceName) async throws -> [UInt8]
  func remove(_ name: String, for owner: ServiceName) async throws
}

extension ServiceKey where Interface == any SecretStoring {
  package static var credentials: Self { Self(.credentialProvider) }
}
