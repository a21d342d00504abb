import CloudAPI
import ConnectorSettings
import Foundation
import LinkIdentity
import LinkTransport
import NIOCore
import NIOSSL
import World

/// Asks the cloud for an identity: an HTTPS POST to `cloud.url`, without a client certificate, authenticated by client id and secret.
struct Registrar: Sendable {
  var configuration: ConnectorConfiguration
  var version: String
  var files: any Files
  var clock: any WorldClock
  var group: any EventLoopGroup
  /// Told the headers of every answer, for the clock.
  var heard: @Sendable ([String: String]) -> Void

  /// Makes a new key and has it certified. Throws `LinkFailure`.
  func register() async throws -> ConnectorIdentity {
    let secret = try ClientSecret.read(configuration.connector.clientSecretFile, from: files)
    guard let (address, prefix) = LinkAddress.parse(https: configuration.cloud.url) else {
      throw LinkFailure(.connect, "cloud.url '\(configuration.cloud.url)' is not of the form https://host:port")
    }
    let key: KeyAndRequest
    do { key = try KeyAndRequest(fqdn: configuration.connector.fqdn) } catch { throw LinkFailure(.refused, "no key could be made: \(error)") }
    let connector = configuration.connector
    let body = RegistrationRequest(
      fqdn: connector.fqdn, clientID: connector.clientID, clientSecret: secret, resourceLocation: connector.resourceLocation,
      certificateRequest: key.requestPEM, version: version, time: clock.now().wall.iso8601())
    let request = LinkRequest(
      method: "POST", path: prefix + ConnectorPaths.register(customer: connector.customer), headers: ["content-type": "application/json"],
      body: Array((try? JSONEncoder().encode(body)) ?? Data()))
    let response = try await HTTPAsk.ask(
      request, at: address, tls: try authority(), connectWithin: configuration.cloud.connectTimeout.duration,
      answerWithin: configuration.cloud.requestTimeout.duration, limits: LinkLimits(answerBody: 1 << 20), on: group)
    heard(response.headers)
    return try identity(from: response, key, at: address)
  }

  private func authority() throws -> NIOSSLContext {
    let path = configuration.cloud.caFile
    let bytes = try authorityFile(path)
    do { return try LinkTLS.client(authorityPEM: String(decoding: bytes, as: UTF8.self), own: nil, protocols: ["http/1.1"]) } catch {
      throw LinkFailure(.certificateUntrusted, "cloud.caFile \(path) holds no certificate of an authority; it must be PEM")
    }
  }

  private func authorityFile(_ path: String) throws(LinkFailure) -> [UInt8] {
    do { return try files.read(path) } catch {
      throw LinkFailure(.certificateUntrusted, "cloud.caFile \(path) cannot be read (\(error.detail)); name the file of the cloud's authority")
    }
  }

  private func identity(from response: LinkResponse, _ key: KeyAndRequest, at address: LinkAddress) throws -> ConnectorIdentity {
    guard response.status == 200 || response.status == 201 else {
      throw LinkRefusal.failure(in: response.body) ?? LinkFailure(.refused, "\(address) answered the registration with status \(response.status)")
    }
    guard let answer = try? JSONDecoder().decode(RegistrationAnswer.self, from: Data(response.body)) else {
      throw LinkFailure(.protocolViolation, "\(address) answered the registration with something else than a registration")
    }
    guard LinkAddress(answer.linkAddress) != nil else {
      throw LinkFailure(.protocolViolation, "\(address) gave '\(answer.linkAddress.prefix(80))' as the link's address; host:port was expected")
    }
    let connector = configuration.connector
    let identity = ConnectorIdentity(
      id: answer.id, customer: connector.customer, fqdn: connector.fqdn, resourceLocation: connector.resourceLocation,
      resourceLocationName: answer.resourceLocationName, privateKeyPEM: key.privateKeyPEM, certificatePEM: answer.certificate,
      authorityPEM: answer.authority, linkAddress: answer.linkAddress)
    do { _ = try identity.check() } catch { throw LinkFailure(.protocolViolation, "\(address) gave a certificate that cannot be used: \(error)") }
    return identity
  }
}
