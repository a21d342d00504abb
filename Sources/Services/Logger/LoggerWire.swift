package import ConnectorSettings
import FoundationEssentials
import ServiceKit
package import World

/// The answer to `status` and `set-level`.
package struct LoggerStatus: Hashable, Codable, Sendable {
  package struct Service: Hashable, Codable, Sendable {
    package var service: ServiceName
    package var level: ConnectorConfiguration.Logger.Level
    /// The current file and the rotated ones.
    package var bytes: Int
    /// Lines written, and lines lost, since the Logger last started.
    package var lines: Int
    package var dropped: Int
  }
  /// Those that have logged something.
  package var services: [Service]
  /// Absent while there is room.
  package var diskFullSince: WallTime?

  private enum CodingKeys: String, CodingKey {
    case services
    case diskFullSince = "disk_full_since"
  }
}

/// What can be asked of the Logger:
/// - `status` (no body) answers a `LoggerStatus`;
/// - `set-level` takes `{"level":"debug","service":"ad-provider"}`, without `service` for all, and answers a `LoggerStatus`;
/// - `collect` takes `{"maxBytes":16777216}` or nothing, and answers the bytes of a `.tar.gz`: `manifest.json` and `logs/…`.
struct LoggerWire: ServiceWire {
  /// Log bytes in an archive, before compression, unless asked otherwise, and at most.
  static let defaultBytes = 16_777_216
  static let mostBytes = 67_108_864

  let ask: @Sendable (@Sendable (RequestID) -> LoggerLogic.Event) async throws -> LoggerLogic.Answer

  struct SetLevel: Codable {
    var level: String
    var service: String?
  }
  struct Collect: Codable {
    var maxBytes: Int?
  }

  func call(_ operation: String, _ body: [UInt8], from caller: WireCaller) async throws -> [UInt8] {
    let who = Self.name(caller)
    switch operation {
    case "status": return try Self.encode(try await ask { .status($0) })
    case "set-level":
      let request = try Self.decode(SetLevel.self, body, like: #"{"level":"debug","service":"ad-provider"}"#)
      let level = try Self.level(request.level)
      let service = try request.service.map(Self.service)
      return try Self.encode(try await ask { .setLevel($0, service, level, caller: who) })
    case "collect":
      let request = body.isEmpty ? Collect() : try Self.decode(Collect.self, body, like: #"{"maxBytes":16777216}"#)
      let maxBytes = request.maxBytes ?? Self.defaultBytes
      guard (1...Self.mostBytes).contains(maxBytes) else {
        throw WireError(.badRequest, "maxBytes is \(maxBytes); expected 1 to \(Self.mostBytes), counted before compression")
      }
      return try Self.encode(try await ask { .collect($0, maxBytes: maxBytes, caller: who) })
    default: throw WireError(.unknownOperation, "the Logger has no operation '\(operation)'; it has status, set-level and collect")
    }
  }

  private static func level(_ text: String) throws -> LogLine.Level {
    guard let level = LogLine.Level(rawValue: text) else {
      throw WireError(.badRequest, "level is '\(text)'; expected one of \(LogLine.Level.allCases.map(\.rawValue).joined(separator: ", "))")
    }
    return level
  }

  private static func service(_ text: String) throws -> ServiceName {
    guard let service = ServiceName(rawValue: text) else {
      throw WireError(.badRequest, "service is '\(text)'; expected one of \(ServiceName.allCases.map(\.rawValue).joined(separator: ", "))")
    }
    return service
  }

  private static func name(_ caller: WireCaller) -> String {
    switch caller {
    case .cloud: "the cloud"
    case .control(let uid): "user \(uid)"
    }
  }

  private static func decode<Body: Decodable>(_ type: Body.Type, _ body: [UInt8], like example: String) throws -> Body {
    do {
      return try JSONDecoder().decode(type, from: Data(body))
    } catch {
      throw WireError(.badRequest, "expected a body like \(example): \(error)")
    }
  }

  private static func encode(_ answer: LoggerLogic.Answer) throws -> [UInt8] {
    switch answer {
    case .archive(let bytes): return bytes
    case .status(let status):
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.sortedKeys]
      return Array(try encoder.encode(status))
    }
  }
}
