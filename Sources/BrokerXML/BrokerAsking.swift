package import Broker

/// Whoever brokers, as the XML service, the Secure Ticket Authority and machines ask it.
package protocol BrokerAsking: Sendable {
  /// Never throws: refusals are answers.
  func ask(_ request: BrokerRequest, from asker: BrokerAsker) async -> BrokerAnswer

  /// Looks a user up in the directory, with its groups; throws `BrokerRefusal`, also for a wrong password.
  /// - Parameters:
  ///   - name: a logon name, or `name@domain`; empty when only the SID is known.
  ///   - password: nil when it was validated elsewhere.
  func identify(_ name: String, domain: String?, sid: String?, password: String?) async throws -> UserIdentity

  /// Id of this Secure Ticket Authority: upper-case letters and digits, fewer than 32 (product facts 7). `STAIdentity` makes one of a connector's id.
  var authority: String { get }
}

/// Who asks, by the door through which it came.
package enum BrokerAsker: String, Hashable, Sendable, CaseIterable {
  case storeFront, machine, gateway
}
