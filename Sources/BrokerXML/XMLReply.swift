package import Broker

/// A document that answers, and, when nothing was done, why: the protocols have room for an error's id, and people read the rest elsewhere.
package struct XMLReply: Hashable, Sendable {
  package var bytes: [UInt8]
  package var refusal: BrokerRefusal?

  package init(bytes: [UInt8], refusal: BrokerRefusal? = nil) {
    self.bytes = bytes
    self.refusal = refusal
  }
}

extension BrokerRefusal {
  /// Of any error that a port has thrown.
  static func of(_ error: any Error) -> BrokerRefusal { error as? BrokerRefusal ?? BrokerRefusal(.notServing, "\(error)") }

  /// A broker that answers something else than it was asked.
  static func unfit(_ request: String) -> BrokerRefusal { BrokerRefusal(.notServing, "the broker's answer is none to \(request)") }
}
