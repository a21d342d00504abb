package import FoundationEssentials
import SecretVault
package import ServiceKit

/// The wire operations: `put`, `get`, `remove`, `list`, `rotate`, `status`. JSON both ways; secrets are base64.
/// An administrator and the cloud each have a namespace of their own.
package struct CredentialProviderWire: ServiceWire {
  /// `put`: `{"name":…, "secret":base64}`. Answer: `{}`.
  package struct Put: Codable, Sendable {
    package var name: String
    package var secret: Data
  }
  /// `get` and `remove`: `{"name":…}`.
  package struct Name: Codable, Sendable { package var name: String }
  /// The answer to `get`.
  package struct Secret: Codable, Sendable {
    package var name: String
    package var secret: Data
  }
  /// The answer to `list`.
  package struct Names: Codable, Sendable { package var names: [String] }
  /// `rotate`: `{"key":"root"}` or `{"key":"data"}`.
  package struct Rotate: Codable, Sendable { package var key: CredentialOperation.RotatedKey }
  /// The answer to `rotate`.
  package struct Rotated: Codable, Sendable { package var secrets: Int }

  let shell: CredentialShell

  package func call(_ operation: String, _ body: [UInt8], from caller: WireCaller) async throws -> [UInt8] {
    var body = body
    defer { wipe(&body) }
    let asked = try Self.operation(operation, body)
    let request = CredentialRequest(caller.credentialCaller, asked)
    do {
      return try Self.encode(await shell.ask { .asked($0, request) }, asked.name ?? "")
    } catch let error as VaultError {
      throw Self.wireError(error)
    } catch let error as CredentialError {
      throw Self.wireError(error)
    }
  }

  /// What a body asks for. Its errors never repeat the body.
  static func operation(_ operation: String, _ body: [UInt8]) throws(WireError) -> CredentialOperation {
    switch operation {
    case "put":
      let put = try decode(Put.self, body, expected: #"{"name":text,"secret":base64}"#)
      return .put(put.name, SecretBytes(put.secret))
    case "get": return .get(try decode(Name.self, body, expected: #"{"name":text}"#).name)
    case "remove": return .remove(try decode(Name.self, body, expected: #"{"name":text}"#).name)
    case "list": return .list
    case "rotate": return .rotate(try decode(Rotate.self, body, expected: #"{"key":"root"} or {"key":"data"}"#).key)
    case "status": return .status
    default: throw WireError(.unknownOperation, "expected one of put, get, remove, list, rotate, status")
    }
  }

  private static func decode<Body: Decodable>(_ type: Body.Type, _ body: [UInt8], expected: String) throws(WireError) -> Body {
    do { return try JSONDecoder().decode(type, from: Data(body)) } catch { throw WireError(.badRequest, "expected the body \(expected)") }
  }

  private static func encode(_ answer: CredentialAnswer, _ name: String) throws -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    switch answer {
    case .done: return Array("{}".utf8)
    case .secret(let secret): return Array(try encoder.encode(Secret(name: name, secret: secret.withBytes { Data($0) })))
    case .names(let names): return Array(try encoder.encode(Names(names: names)))
    case .rotated(let secrets): return Array(try encoder.encode(Rotated(secrets: secrets)))
    case .status(let status): return Array(try encoder.encode(status))
    }
  }

  private static func wireError(_ error: VaultError) -> WireError {
    switch error {
    case .notFound: WireError(.notFound, error.description)
    case .badName, .tooLarge, .full: WireError(.badRequest, error.description)
    case .rootKeyNotOurs: WireError(.denied, error.description)
    default: WireError(.failed, error.description)
    }
  }

  private static func wireError(_ error: CredentialError) -> WireError {
    switch error {
    case .denied: WireError(.denied, error.description)
    case .unavailable, .auditFailed, .busy: WireError(.unavailable, error.description)
    }
  }
}

extension WireCaller {
  fileprivate var credentialCaller: CredentialCaller {
    switch self {
    case .cloud: .cloud
    case .control(let uid): .control(uid: uid)
    }
  }
}
