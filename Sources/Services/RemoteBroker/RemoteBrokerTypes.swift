package import Broker
package import BrokerXML

/// What the service needs from outside beside its context.
package struct RemoteBrokerPorts: Sendable {
  /// This connector's id in the cloud; nil before it has registered.
  package var connectorID: @Sendable () -> String?
  /// Asks a machine to be ready for a user, in bounded time; nil: it could not be reached, or said nothing that can be understood.
  package var prepare: @Sendable (PrepareOrder, _ callback: String) async -> PrepareReply?
  /// Opens the door for StoreFront, gateways and machines at `host:port`; throws what keeps it shut, in words for people.
  package var listen: @Sendable (_ address: String, any BrokerAsking) async throws -> OpenDoor

  package init(
    connectorID: @escaping @Sendable () -> String?, prepare: @escaping @Sendable (PrepareOrder, String) async -> PrepareReply?,
    listen: @escaping @Sendable (String, any BrokerAsking) async throws -> OpenDoor
  ) {
    self.connectorID = connectorID
    self.prepare = prepare
    self.listen = listen
  }
}

/// Where this connector is asked.
package struct OpenDoor: Sendable {
  /// `host:port`, with the port that was found when any was wanted.
  package var address: String
  package var stop: @Sendable () async -> Void

  package init(address: String, stop: @escaping @Sendable () async -> Void) {
    self.address = address
    self.stop = stop
  }
}

/// Who answers a request.
package enum BrokerRoute: Hashable, Sendable {
  /// The cloud's broker, through this connector.
  case relay
  /// The broker in this connector.
  case local
  /// Another connector: `elected`, when somebody is.
  case refuse(elected: String?)

  /// The word for status and events.
  package var word: String {
    switch self {
    case .relay: "cloud"
    case .local: "here"
    case .refuse: "elsewhere"
    }
  }
}

/// How a request to the cloud's broker fared.
package enum RelayOutcome: Hashable, Sendable {
  case answered(BrokerAnswer)
  /// Nobody answered for the cloud's broker, or nothing that can be understood.
  case failed(String)
  /// The cloud answers and has no broker: that is no outage.
  case noBroker(String)
}

/// What an asker of the service gets.
package enum RemoteBrokerAnswer: Sendable {
  case broker(BrokerAnswer)
  case status(RemoteBrokerStatus)
  /// Whether the ticket of a peer is kept here.
  case taken(Bool)
}

/// What the wire operation `status` answers.
package struct RemoteBrokerStatus: Hashable, Codable, Sendable {
  /// Who answers machines, StoreFront and gateways: `cloud`, `here` or `elsewhere`.
  package var brokers: String
  /// The outage mode; nil while High Availability has told none.
  package var mode: String?
  package var elected: String?
  /// Where this connector is asked; nil when it is not.
  package var address: String?
  /// Why it is not, although it should be.
  package var problem: String?
  /// Id of the Secure Ticket Authority.
  package var authority: String?
  /// Tickets are this connector's own also in normal mode.
  package var standaloneTickets: Bool
  /// Of the configuration that the broker here would broker with.
  package var revision: Int?
  /// The zone whose machines register here; nil: all.
  package var zone: String?
  /// What the broker here knows; nil before the first configuration.
  package var counts: BrokerCounts?
  /// Requests since the service started, by who answered.
  package var relayed: Int
  package var relaysFailed: Int
  package var answeredHere: Int
  package var refused: Int
}
