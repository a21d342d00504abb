package import World

/// One message between the WatchDog and the Agent System. Over the socket one frame is one `SOCK_SEQPACKET` message, so a frame needs no length.
package enum AgentFrame: Hashable, Sendable {
  /// The first frame of each side: the versions that it speaks. Both go on with the highest that they share, or close.
  case hello(AgentHello)
  case request(AgentRequest)
  case answer(AgentRequestID, PrivilegedAnswer)

  /// Bytes. Larger ones are neither sent nor read.
  package static let maxSize = 65_536
}

package struct AgentHello: Hashable, Sendable {
  package static let ours = AgentHello(lowest: 1, highest: 1)
  package var lowest: UInt16
  package var highest: UInt16

  package init(lowest: UInt16, highest: UInt16) {
    self.lowest = lowest
    self.highest = highest
  }

  /// The version that both speak; nil if there is none.
  package func agreed(with other: AgentHello) -> UInt16? {
    let highest = min(highest, other.highest)
    return highest >= max(lowest, other.lowest) ? highest : nil
  }
}

/// 128 random bits: unique across incarnations and boots, so that a repeated request can be told from a new one.
package struct AgentRequestID: Hashable, Sendable, CustomStringConvertible {
  package var high: UInt64
  package var low: UInt64

  package init(high: UInt64, low: UInt64) {
    self.high = high
    self.low = low
  }
  package init(_ random: any RandomSource) { self.init(high: random.next(), low: random.next()) }

  /// 32 hexadecimal digits.
  package var description: String { Hex.encode(bytes) }
  package var bytes: [UInt8] { withUnsafeBytes(of: high.bigEndian) { Array($0) } + withUnsafeBytes(of: low.bigEndian) { Array($0) } }
}

package struct AgentRequest: Hashable, Sendable {
  package var id: AgentRequestID
  package var asker: ServiceName
  package var operation: PrivilegedOperation
  /// On the monotonic clock, which both ends read on the same machine in the same boot.
  package var deadline: Moment

  package init(id: AgentRequestID, asker: ServiceName, operation: PrivilegedOperation, deadline: Moment) {
    self.id = id
    self.asker = asker
    self.operation = operation
    self.deadline = deadline
  }
}

/// Why bytes are not a frame. `request` is set when it could be read, so that the request can be refused by its id.
package struct FrameError: Error, Hashable, Sendable, CustomStringConvertible {
  package enum Kind: String, CaseIterable, Sendable {
    case tooLarge, truncated, trailingBytes, unknownFrame, unknownOperation, unknownAsker, badValue
  }
  package var kind: Kind
  package var detail: String
  package var request: AgentRequestID?

  package init(_ kind: Kind, _ detail: String, request: AgentRequestID? = nil) {
    self.kind = kind
    self.detail = detail
    self.request = request
  }
  package var description: String { "\(kind.rawValue): \(detail)" }

  /// What the sender of the request is answered.
  package var refusal: Refusal { Refusal(kind == .unknownOperation ? .unknownOperation : .malformed, detail) }
}
