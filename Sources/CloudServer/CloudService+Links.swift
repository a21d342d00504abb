import BrokerConfiguration
package import CloudAPI
import Foundation
import SimulatedCloud
import World

/// What connectors do over their links.
extension CloudService: ConnectorLinkDelegate {
  package func admit(_ peer: LinkPeer) async -> LinkFailure? {
    if case .admission(let failure) = await ask(.admit(peer)) { failure } else { nil }
  }

  package func linkUp(_ peer: LinkPeer, link: UInt64) async {
    guard !stopped else { return }
    sendAgain(to: peer.connectorID)
    note(.linkUp(peer, link: link))
    if let earlier = heartbeats[peer.connectorID] {
      guard earlier.link < link else { return }
      earlier.task.cancel()
    }
    heartbeats[peer.connectorID] = (link, Task { await self.beat(peer, link) })
  }

  package func linkDown(_ peer: LinkPeer, link: UInt64, reason: String) async {
    if let beat = heartbeats[peer.connectorID], beat.link == link {
      beat.task.cancel()
      heartbeats[peer.connectorID] = nil
    }
    note(.linkDown(peer, link: link, reason: reason))
  }

  /// Asks one connector at the cadence of heartbeats, at once the first time, until its link is down.
  private func beat(_ peer: LinkPeer, _ link: UInt64) async {
    let clock = ports.clock
    var early = settings.earlyHeartbeats
    while !Task.isCancelled {
      let began = clock.now().moment
      let outcome = await heartbeat(peer.connectorID)
      guard !Task.isCancelled, heartbeats[peer.connectorID]?.link == link else { return }
      note(.heartbeat(customer: peer.customer, connector: peer.connectorID, outcome, asked: began))
      var every = settings.heartbeatEvery
      if early > 0, case .answered(let report) = outcome, !settings.down(report).isEmpty {
        early -= 1
        every = min(every, settings.earlyHeartbeatEvery)
      }
      do { try await clock.sleep(until: began + every) } catch { return }
    }
  }

  private func heartbeat(_ id: String) async -> HeartbeatOutcome {
    guard let links else { return .failed("the cloud has no acceptor of links") }
    do {
      let response = try await links.ask(id, LinkRequest(path: ConnectorPaths.heartbeat), timeout: settings.heartbeatTimeout)
      guard response.status == 200 else { return .failed("it answered a heartbeat with status \(response.status)") }
      return .answered(try JSONDecoder().decode(ConnectorReport.self, from: Data(response.body)))
    } catch let error as LinkFailure {
      return .failed(error.kind == .timeout ? "it does not answer heartbeats in time" : error.description)
    } catch let error as DecodingError {
      return .failed("its report cannot be read: \(JSONProblem.explain(error))")
    } catch {
      return .failed("asking it failed: \(error)")
    }
  }

  /// Requests of a connector on the authenticated port: its configuration, and whatever is to be brokered.
  package func answer(_ request: LinkRequest, from peer: LinkPeer) async -> LinkResponse {
    let target = RequestTarget(request.path)
    let path = "/" + target.segments.joined(separator: "/")
    if path == ConnectorPaths.broker { return await broker(request, from: peer) }
    guard path == ConnectorPaths.configuration else {
      return refuse(
        404, .refused, "there is nothing at \(request.path); a connector can GET \(ConnectorPaths.configuration) and POST \(ConnectorPaths.broker)")
    }
    guard request.method == "GET" else { return refuse(405, .refused, "\(request.method) is not known here; use GET") }
    var known: Int?
    if let text = target.query["revision"] {
      guard let number = Int(text) else { return refuse(400, .protocolViolation, "revision is '\(text)'; a whole number was expected") }
      known = number
    }
    switch await ask(.configuration(peer, known: known)) {
    case .notModified(let revision): return LinkResponse(status: 304, headers: ["configuration-revision": String(revision)])
    case .configuration(let configuration):
      guard let body = body(of: configuration) else {
        return refuse(500, .refused, "the published configuration is no JSON object; publish it anew")
      }
      if let changes = await changes(since: known, request, configuration.record, body) { return changes }
      return LinkResponse(
        status: 200, headers: ["configuration-revision": String(configuration.record.revision), "content-type": "application/json"], body: body)
    case .refused(let refusal): return refuse(refusal.status, refusal.failure, refusal.detail)
    default: return refuse(500, .refused, "the cloud did not expect its own answer")
    }
  }

  /// What has changed since the revision that the connector has, if it reads such an answer and it is worth it.
  private func changes(since known: Int?, _ request: LinkRequest, _ record: ConfigurationRecord, _ body: [UInt8]) async -> LinkResponse? {
    let location = record.customer + "/" + record.location
    await history.note(location, revision: record.revision, body)
    guard let known, request.headers["accept"]?.contains(ConfigurationChanges.contentType) == true,
      let changes = await history.changes(location, from: known, to: record.revision)
    else { return nil }
    return LinkResponse(
      status: 200, headers: ["configuration-revision": String(record.revision), "content-type": ConfigurationChanges.contentType], body: changes)
  }

  func refuse(_ status: Int, _ kind: LinkFailure.Kind, _ detail: String) -> LinkResponse {
    LinkResponse(status: status, headers: ["content-type": "application/json"], body: JSONBody.bytes(RefusalBody(failure: kind, detail: detail)))
  }

  /// A location's configuration with its connectors merged in; kept until its revision changes, since all of them fetch the same.
  private func body(of configuration: ServedConfiguration) -> [UInt8]? {
    let record = configuration.record
    let key = record.customer + "/" + record.location
    if let kept = served[key], kept.revision == record.revision { return kept.body }
    guard let body = EdgeServerMerge.merge(record.bytes, revision: record.revision, edgeServers: configuration.edgeServers) else { return nil }
    served[key] = (record.revision, body)
    return body
  }
}
