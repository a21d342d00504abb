import Broker
import BrokerServer
import CloudLinkLive
import LinkTransport
import MachineCalls
import RemoteBrokerService

extension Connector {
  /// What the Remote Broker needs of the world: machines at their callbacks, and a door for who asks it.
  func remoteBrokerPorts(_ link: LiveCloudLink, _ machines: MachineCaller) -> RemoteBrokerPorts {
    let random = ports.random
    return RemoteBrokerPorts(
      connectorID: { link.connectorID }, prepare: { order, callback in await machines.prepare(order, callback: callback) },
      listen: { address, asking in
        guard let place = LinkAddress(address) else { throw BadListener() }
        let server: BrokerServer
        do {
          server = try await BrokerServer.start(host: place.host, port: place.port, asking: asking, random: random)
        } catch let error as BrokerServerError { throw BrokerDoorShut(description: error.detail) }
        return OpenDoor(address: LinkAddress(host: place.host, port: server.port).description) { await server.stop() }
      })
  }
}

/// Why the door is shut, without the advice that the event gives already.
private struct BrokerDoorShut: Error, CustomStringConvertible { var description: String }

private struct BadListener: Error, CustomStringConvertible { var description: String { "it is not host:port" } }
