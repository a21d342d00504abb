import AgentSystem
import FoundationEssentials
import World

/// The state as a file: a line `agent-system 1 <CRC-32> <bytes>`, then that many bytes of JSON. People can read it; a change by hand is found by the
/// sum and treated as damage, as the product resets what was altered by hand.
package enum StateRecord {
  package struct Damage: Error, Hashable, Sendable, CustomStringConvertible {
    package var description: String
    init(_ description: String) { self.description = description }
  }

  package static func encode(_ state: AgentSystemState) throws -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
    let body = [UInt8](try encoder.encode(Body(state)))
    return Array("agent-system 1 \(crc32(body)) \(body.count)\n".utf8) + body
  }

  package static func decode(_ bytes: [UInt8]) throws(Damage) -> AgentSystemState {
    guard let newline = bytes.prefix(64).firstIndex(of: 10) else { throw Damage("expected a first line 'agent-system 1 SUM SIZE'") }
    let words = String(decoding: bytes[..<newline], as: UTF8.self).split(separator: " ")
    guard words.count == 4, words[0] == "agent-system", words[1] == "1", let sum = UInt32(words[2]), let size = Int(words[3]) else {
      throw Damage("expected a first line 'agent-system 1 SUM SIZE'; got '\(ReasonText(words.joined(separator: " ")).text)'")
    }
    let body = Array(bytes[(newline + 1)...])
    guard body.count == size else { throw Damage("expected \(size) bytes after the first line; got \(body.count)") }
    guard crc32(body) == sum else { throw Damage("the sum of the first line does not match what follows") }
    do { return try JSONDecoder().decode(Body.self, from: Data(body)).state() } catch { throw Damage("\(error)") }
  }

  /// CRC-32 of IEEE 802.3, bit by bit: the record is small and seldom written.
  static func crc32(_ bytes: [UInt8]) -> UInt32 {
    var sum: UInt32 = 0xffff_ffff
    for byte in bytes {
      sum ^= UInt32(byte)
      for _ in 0..<8 { sum = sum & 1 == 1 ? sum >> 1 ^ 0xedb8_8320 : sum >> 1 }
    }
    return ~sum
  }

  private struct Body: Codable {
    struct Request: Codable {
      var high: UInt64
      var low: UInt64
      var fingerprint: UInt64
      var answer: [UInt8]?
    }
    var settings: [RegistryEntry]
    var requests: [Request]

    init(_ state: AgentSystemState) {
      settings = state.settings.map { RegistryEntry($0.key, $0.value) }.sorted { $0.path < $1.path }
      requests = state.requests.map { Request(high: $0.id.high, low: $0.id.low, fingerprint: $0.fingerprint, answer: $0.answer?.bytes) }
    }

    func state() throws -> AgentSystemState {
      var state = AgentSystemState()
      for entry in settings { state.settings[entry.path] = entry.value }
      state.requests = try requests.map { request in
        let answer: PrivilegedAnswer? = if let bytes = request.answer { try PrivilegedAnswer(decoding: bytes) } else { nil }
        return HandledRequest(id: AgentRequestID(high: request.high, low: request.low), fingerprint: request.fingerprint, answer: answer)
      }
      return state
    }
  }
}

extension HandledRequest {
  fileprivate init(id: AgentRequestID, fingerprint: UInt64, answer: PrivilegedAnswer?) {
    self.id = id
    self.fingerprint = fingerprint
    self.answer = answer
  }
}
