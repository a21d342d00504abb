import ConnectorSettings
import Glibc
import SecretVault
package import ServiceKit
package import World

/// Keeps secrets for the other services, the administrator and the cloud.
package enum CredentialProviderService: Service {
  package static let name = ServiceName.credentialProvider
  package static let uses: [ServiceName] = []

  package static func run(_ context: ServiceContext, _ lifecycle: ServiceLifecycle) async throws {
    await run(context, lifecycle, credentialsDirectory: getenv("CREDENTIALS_DIRECTORY").map { String(cString: $0) })
  }

  /// - Parameter credentialsDirectory: systemd's folder of credentials (systemd.exec(5)); nil outside systemd.
  package static func run(_ context: ServiceContext, _ lifecycle: ServiceLifecycle, credentialsDirectory: String?) async {
    let places = RootKeyPlaces(credentialsDirectory: credentialsDirectory, configuredFile: context.configuration.credentials.rootKeyFile)
    let performer = CredentialProviderPerformer(context, rootKey: places)
    let shell = CredentialShell(name, logic: CredentialProviderLogic(), performer: performer, clock: context.clock)
    lifecycle.onPing { await shell.ping() }
    await shell.run(first: [.started]) {
      context.registry.publish(.credentials, SecretStore(shell: shell) as any SecretStoring, incarnation: lifecycle.incarnation)
      context.registry.publish(wire: CredentialProviderWire(shell: shell), of: name, incarnation: lifecycle.incarnation)
      lifecycle.ready()
    }
    context.registry.withdraw(name, incarnation: lifecycle.incarnation)
  }
}

typealias CredentialShell = ServiceShell<CredentialProviderLogic, CredentialProviderPerformer>

/// The interface for the services after this one.
struct SecretStore: SecretStoring {
  let shell: CredentialShell

  func put(_ name: String, _ secret: [UInt8], for owner: ServiceName) async throws {
    let secret = SecretBytes(secret)
    _ = try await shell.ask { .asked($0, CredentialRequest(.service(owner), .put(name, secret))) }
  }

  func get(_ name: String, for owner: ServiceName) async throws -> [UInt8] {
    let answer = try await shell.ask { .asked($0, CredentialRequest(.service(owner), .get(name))) }
    guard case .secret(let secret) = answer else { throw CredentialError.unavailable("the answer was of another kind") }
    return secret.copy()
  }

  func remove(_ name: String, for owner: ServiceName) async throws {
    _ = try await shell.ask { .asked($0, CredentialRequest(.service(owner), .remove(name))) }
  }
}
