package import Directory
import FoundationEssentials
package import ServiceKit
package import World

/// The wire operations: `find`, `groups`, `domains`, `health`, and `reload` for an administrator. JSON both ways.
package struct ADProviderWire: ServiceWire {
  /// `find`: exactly one of `name`, `sid` and `guid`; `kind` narrows it to `user`, `group`, `computer` or `foreignPrincipal`.
  package struct Find: Codable, Sendable {
    package var kind: Principal.Kind?
    package var name: String?
    package var sid: String?
    package var guid: String?
  }
  /// The answer to `find`.
  package struct Found: Codable, Sendable {
    package var principal: Principal
    package var asOf: WallTime
    package var stale: Bool
  }
  /// `groups`: `of` is a name in any form, a SID or a GUID; `effective` is true unless given.
  package struct Groups: Codable, Sendable {
    package var of: String
    package var kind: Principal.Kind?
    package var effective: Bool?
  }
  /// The answer to `groups`.
  package struct FoundGroups: Codable, Sendable {
    package var principal: Principal
    package var groups: [Principal]
    /// Domains whose groups are missing because they do not answer.
    package var missing: [String]
    package var asOf: WallTime
    package var stale: Bool
  }
  /// The answer to `domains`; `joined` is absent when the connector is joined to nothing.
  package struct Domains: Codable, Sendable {
    package var joined: String?
    package var domains: [DomainView]
  }

  let shell: ADProviderShell

  package func call(_ operation: String, _ body: [UInt8], from caller: WireCaller) async throws -> [UInt8] {
    let request = try Self.request(operation, body, caller)
    do {
      return try Self.encode(await shell.ask { .asked($0, request) })
    } catch let error as DirectoryError {
      throw Self.wireError(error)
    } catch let error as ADProviderError {
      throw WireError(.unavailable, error.description)
    }
  }

  static func request(_ operation: String, _ body: [UInt8], _ caller: WireCaller) throws(WireError) -> ADProviderRequest {
    switch operation {
    case "find":
      let find = try decode(Find.self, body, expected: #"{"kind"?, and one of "name", "sid", "guid"}"#)
      return .look(.find(try query(find)))
    case "groups":
      let groups = try decode(Groups.self, body, expected: #"{"of":text, "kind"?, "effective"?: true or false}"#)
      return .look(.groups(try query(of: groups.of, groups.kind), effective: groups.effective ?? true))
    case "domains": return .domains
    case "health": return .health
    case "reload":
      guard caller != .cloud else { throw WireError(.denied, "only an administrator of this machine may reload the directory") }
      return .reload
    default: throw WireError(.unknownOperation, "expected one of find, groups, domains, health, reload")
    }
  }

  private static func query(_ find: Find) throws(WireError) -> DirectoryQuery {
    do throws(IdentifierError) {
      switch (find.name, find.sid, find.guid) {
      case (let name?, nil, nil): return DirectoryQuery(.name(try NameForm(name)), kind: find.kind)
      case (nil, let sid?, nil): return DirectoryQuery(.sid(try SID(sid)), kind: find.kind)
      case (nil, nil, let guid?): return DirectoryQuery(.guid(try GUID(guid)), kind: find.kind)
      default: throw IdentifierError(expected: "exactly one of name, sid and guid", found: "another number of them")
      }
    } catch {
      throw WireError(.badRequest, error.description)
    }
  }

  private static func query(of text: String, _ kind: Principal.Kind?) throws(WireError) -> DirectoryQuery {
    if let sid = try? SID(text) { return DirectoryQuery(.sid(sid), kind: kind) }
    if let guid = try? GUID(text) { return DirectoryQuery(.guid(guid), kind: kind) }
    do throws(IdentifierError) { return DirectoryQuery(.name(try NameForm(text)), kind: kind) } catch {
      throw WireError(.badRequest, error.description)
    }
  }

  private static func decode<Body: Decodable>(_ type: Body.Type, _ body: [UInt8], expected: String) throws(WireError) -> Body {
    do { return try JSONDecoder().decode(type, from: Data(body)) } catch { throw WireError(.badRequest, "expected the body \(expected)") }
  }

  private static func encode(_ answer: ADProviderAnswer) throws -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    switch answer {
    case .looked(.principal(let principal), let asOf, let stale):
      return Array(try encoder.encode(Found(principal: principal, asOf: asOf, stale: stale)))
    case .looked(.groups(let principal, let groups), let asOf, let stale):
      return Array(try encoder.encode(FoundGroups(principal: principal, groups: groups.groups, missing: groups.missing, asOf: asOf, stale: stale)))
    case .domains(let joined, let domains): return Array(try encoder.encode(Domains(joined: joined, domains: domains)))
    case .health(let health): return Array(try encoder.encode(health))
    }
  }

  private static func wireError(_ error: DirectoryError) -> WireError {
    switch error {
    case .notFound: WireError(.notFound, error.description)
    case .ambiguous: WireError(.badRequest, error.description)
    case .otherForest: WireError(.denied, error.description)
    case .unreachable, .unknownDomain: WireError(.unavailable, error.description)
    }
  }
}
