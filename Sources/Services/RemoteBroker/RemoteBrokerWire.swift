import Broker
import FoundationEssentials
package import ServiceKit

/// The wire operations: `status` (empty body or `{}`) answers a `RemoteBrokerStatus`. `prepare`, for the cloud only, takes a `PrepareCall` and answers a `PrepareReply`:
/// the cloud's broker reaches a machine through the connector that relayed its registration.
package struct RemoteBrokerWire: ServiceWire {
  let shell: RemoteBrokerShell
  let ports: RemoteBrokerPorts

  package func call(_ operation: String, _ body: [UInt8], from caller: WireCaller) async throws -> [UInt8] {
    switch operation {
    case "status":
      guard body.count <= 2, body.isEmpty || body == Array("{}".utf8) else { throw WireError(.badRequest, "expected no body, or {}") }
      guard case .status(let status) = try await shell.ask({ .statusAsked($0) }) else {
        throw WireError(.failed, "the answer was of another kind; report this as a fault")
      }
      return try encode(status)
    case "prepare":
      guard caller == .cloud else { throw WireError(.denied, "only the cloud's broker orders machines through a connector") }
      guard body.count <= 65_536, let wanted = try? JSONDecoder().decode(PrepareCall.self, from: Data(body)) else {
        throw WireError(.badRequest, #"expected {"order":{"machine","session","user","application"?},"callback":"http://host:port/path"}"#)
      }
      guard let reply = await ports.prepare(wanted.order, wanted.callback) else {
        throw WireError(.unavailable, "the machine \(wanted.order.machine) did not answer at its callback")
      }
      return try encode(reply)
    default: throw WireError(.unknownOperation, "expected one of status, prepare")
    }
  }

  private func encode(_ value: some Encodable) throws -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return Array(try encoder.encode(value))
  }
}
