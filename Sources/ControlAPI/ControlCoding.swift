import Foundation

/// The JSON of the control socket and of `connectorctl --json`: keys sorted, no spaces, slashes as they are, so the same value is always the same
/// bytes.
package enum ControlCoding {
  package static func json(_ value: some Encodable) throws(FrameError) -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    do { return Array(try encoder.encode(value)) } catch { throw .malformed(sentence(error)) }
  }

  /// One line of JSON, without its line end.
  package static func line(_ value: some Encodable) throws(FrameError) -> String { String(decoding: try json(value), as: UTF8.self) }

  /// A whole frame with `value` in it.
  package static func frame(_ value: some Encodable) throws(FrameError) -> [UInt8] { try ControlFrame.encode(try json(value)) }

  package static func decode<Value: Decodable>(_ type: Value.Type = Value.self, from payload: [UInt8]) throws(FrameError) -> Value {
    do { return try JSONDecoder().decode(type, from: Data(payload)) } catch { throw .malformed(sentence(error)) }
  }

  /// What is wrong and where, for a person.
  private static func sentence(_ error: any Error) -> String {
    switch error {
    case DecodingError.keyNotFound(let key, let context): "'\(key.stringValue)' is missing at \(place(context.codingPath))"
    case DecodingError.typeMismatch(let type, let context): "a \(type) is expected at \(place(context.codingPath)). \(context.debugDescription)"
    case DecodingError.valueNotFound(let type, let context): "a \(type) is expected at \(place(context.codingPath)), not null"
    case DecodingError.dataCorrupted(let context): "\(context.debugDescription) At \(place(context.codingPath))"
    case EncodingError.invalidValue(_, let context): "\(context.debugDescription) At \(place(context.codingPath))"
    default: "\(error)"
    }
  }

  private static func place(_ path: [any CodingKey]) -> String {
    path.isEmpty ? "the top level" : path.map { $0.intValue.map { "[\($0)]" } ?? $0.stringValue }.joined(separator: ".")
  }
}
