import Broker
import CloudAPI
import Foundation
import SimulatedCloud

/// The cloud's brokers, one for each resource location: what connectors relay in normal mode.
extension CloudService {
  /// Bytes of one question; a machine with a thousand sessions needs a quarter of it.
  static let brokerBodyLimit = 1 << 20

  func broker(_ request: LinkRequest, from peer: LinkPeer) async -> LinkResponse {
    guard request.method == "POST" else { return refuse(405, .refused, "\(request.method) is not known here; use POST") }
    guard request.body.count <= Self.brokerBodyLimit else {
      return refuse(413, .protocolViolation, "the question is \(request.body.count) bytes; at most \(Self.brokerBodyLimit) are read")
    }
    let place: BrokerPlace
    let configuration: ConfigurationRecord?
    do throws(CloudRefusal) {
      let found = try brokering(for: peer)
      (place, configuration) = (BrokerPlace(customer: peer.customer, location: found.location), found.configuration)
    } catch {
      return refuse(error.status, error.failure, error.detail)
    }
    let question: BrokerRequest
    switch Self.question(request.body) {
    case .success(let read): question = read
    case .failure(let error): return refuse(400, .protocolViolation, "the question to the broker is no good JSON: \(JSONProblem.explain(error))")
    }
    guard let broker = broker(of: place) else { return refuse(503, .refused, "the cloud is starting or stopping; ask again") }
    let answer = await broker.ask(question, from: peer.connectorID, configuration)
    return LinkResponse(status: 200, headers: ["content-type": "application/json"], body: JSONBody.bytes(answer))
  }

  private static func question(_ body: [UInt8]) -> Result<BrokerRequest, any Error> {
    Result { try JSONDecoder().decode(BrokerRequest.self, from: Data(body)) }
  }

  private func broker(of place: BrokerPlace) -> CloudBroker? {
    if let broker = brokers[place] { return broker }
    guard !stopped, let links else { return nil }
    let broker = CloudBroker(clock: ports.clock, links: links)
    brokers[place] = broker
    return broker
  }

  /// How much each broker knows of, in the order of customers and locations.
  package func brokerStates() async -> [CloudBrokerState] {
    var out: [CloudBrokerState] = []
    for place in brokers.keys.sorted() {
      guard let broker = brokers[place] else { continue }
      out.append(await broker.state(place, configuration(of: place)))
    }
    return out
  }
}
