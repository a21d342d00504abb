import Foundation
import World

/// What the cloud asks a connector that has just come into contact: a user of its directory, and to keep a secret and give it back. One sentence for each
/// answer, so that whoever watches the lab sees the whole way work.
struct CloudQuestions: Sendable {
  let view: any CloudViewing
  let row: ConnectorRow
  let user: String

  private static let secretName = "lab-contact"

  func ask() async -> [String] {
    guard let id = row.id else { return [] }
    return [await directory(id), await credentials(id)]
  }

  private func ask(_ id: String, _ service: ServiceName, _ operation: String, _ body: some Encodable) async -> (status: Int, body: Data)? {
    guard let json = try? JSONEncoder().encode(body) else { return nil }
    return await view.ask(id, service, operation, json)
  }

  private struct Groups: Encodable {
    var of: String
    var effective = true
  }
  private struct FoundGroups: Decodable {
    struct Principal: Decodable { var sid: String }
    var principal: Principal
    var groups: [Principal]
  }

  private func directory(_ id: String) async -> String {
    guard let answer = await ask(id, .adProvider, "groups", Groups(of: user)) else { return unanswered(.adProvider) }
    guard answer.status == 200, let found = try? JSONDecoder().decode(FoundGroups.self, from: answer.body) else {
      return refused(.adProvider, answer.body)
    }
    return "\(row.name) told its cloud about \(user): \(found.principal.sid), in \(found.groups.count) groups"
  }

  private struct Secret: Codable {
    var name: String
    var secret: String?
  }

  /// The time is a secret that differs each time, so an old answer cannot pass for a new one.
  private func credentials(_ id: String) async -> String {
    let value = Data((row.lastContact?.iso8601(fraction: 6) ?? "never").utf8).base64EncodedString()
    guard let put = await ask(id, .credentialProvider, "put", Secret(name: Self.secretName, secret: value)) else {
      return unanswered(.credentialProvider)
    }
    guard put.status == 200 else { return refused(.credentialProvider, put.body) }
    guard let got = await ask(id, .credentialProvider, "get", Secret(name: Self.secretName)) else { return unanswered(.credentialProvider) }
    guard let kept = try? JSONDecoder().decode(Secret.self, from: got.body), kept.secret == value else {
      return refused(.credentialProvider, got.body)
    }
    return "\(row.name) kept a secret of its cloud and gave it back"
  }

  private func unanswered(_ service: ServiceName) -> String { "\(row.name) did not answer its cloud's question to \(service.rawValue)" }

  private func refused(_ service: ServiceName, _ body: Data) -> String {
    "\(row.name) refused its cloud's question to \(service.rawValue): \(String(decoding: body.prefix(200), as: UTF8.self))"
  }
}
