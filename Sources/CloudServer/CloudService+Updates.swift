import CloudAPI
import EventCatalog
import Foundation
package import SimulatedCloud
import World

/// Updates: what is published, and the coordinator's orders on their way to connectors.
extension CloudService {
  // MARK: Releases

  /// Looks at what is published. Returns what was decided because of it; throws `CloudRefusal` when that cannot be saved, or the releases cannot be read.
  ///
  /// - Parameter always: also when nothing seems to have changed.
  package func lookAtReleases(always: Bool = true) async throws(CloudRefusal) -> UpdateAnswer {
    guard let listing = ports.releases else { return UpdateAnswer() }
    nextLook = ports.clock.now().moment + settings.releasesEvery
    let found: ReleaseLook?
    switch await Self.read(listing, unless: always ? nil : releasesMark) {
    case .success(let look): found = look
    case .failure(let refusal):
      if releasesProblem != refusal.detail { ports.events.emit(.rolloutReleasesUnreadable(detail: refusal.detail), from: nil) }
      releasesProblem = refusal.detail
      throw refusal
    }
    releasesProblem = nil
    guard let found else { return UpdateAnswer() }
    switch await ask(.releases(found.releases)) {
    case .decided(let answer):
      releasesMark = found.mark
      return answer
    case .refused(let refusal): throw refusal
    default: throw CloudRefusal(.unavailable, "the cloud did not expect its own answer")
    }
  }

  @concurrent private static func read(_ listing: any ReleaseListing, unless mark: String?) async -> Result<ReleaseLook?, CloudRefusal> {
    do { return .success(try listing.look(unless: mark)) } catch { return .failure(CloudRefusal(.unavailable, "\(error)")) }
  }

  // MARK: For operators

  package func updates() async throws(CloudRefusal) -> UpdatesState {
    switch await ask(.updates) {
    case .updates(let state): return state
    case .refused(let refusal): throw refusal
    default: throw CloudRefusal(.unavailable, "the cloud did not expect its own answer")
    }
  }

  /// Obeys, or says in the answer's decisions why not.
  package func order(_ order: UpdateOrder) async throws(CloudRefusal) -> UpdateAnswer {
    // Somebody may have published a moment ago with a program that told nobody.
    if case .now = order { _ = try? await lookAtReleases(always: false) }
    switch await ask(.update(order)) {
    case .decided(let answer): return answer
    case .refused(let refusal): throw refusal
    default: throw CloudRefusal(.unavailable, "the cloud did not expect its own answer")
    }
  }

  // MARK: Orders to connectors

  /// Each connector's orders go one after the other; several connectors do not wait for each other.
  func send(_ order: WaitingOrder, to id: String) {
    guard !stopped else { return }
    // The same again, before it was sent: the later one knows how long the lease lasts.
    orders[id]?.removeAll {
      $0.command.action == order.command.action && $0.command.token == order.command.token && $0.command.version == order.command.version
    }
    orders[id, default: []].append(order)
    if ordering[id] == nil { ordering[id] = Task { await self.deliver(to: id) } }
  }

  /// What could not be told before comes first when a link is up again: that it may leave maintenance is not in what the coordinator repeats.
  func sendAgain(to id: String) {
    if let order = undelivered.removeValue(forKey: id) { send(order, to: id) }
  }

  private func deliver(to id: String) async {
    while !Task.isCancelled, let order = orders[id]?.first {
      orders[id]?.removeFirst()
      await deliver(order, to: id)
    }
    orders[id] = nil
    ordering[id] = nil
  }

  private struct Refusal: Decodable {
    var code: String
    var detail: String
  }

  private func deliver(_ order: WaitingOrder, to id: String) async {
    let asked = ports.clock.now().moment
    guard let links, let command = order.command.sent(after: asked - order.since) else { return }
    let request = LinkRequest(
      method: "POST", path: ConnectorPaths.service(ServiceName.watchDog.rawValue, "update-order"), headers: ["content-type": "application/json"],
      body: JSONBody.bytes(command))
    let response: LinkResponse
    do { response = try await links.ask(id, request, timeout: settings.orderTimeout) } catch {
      await notNow(order, id, isLinkUp: (error as? LinkFailure)?.kind == .timeout)
      return
    }
    let body = Data(response.body)
    if response.status == 200, let standing = try? JSONDecoder().decode(UpdateStanding.self, from: body) {
      note(.standing(connector: id, standing, asked: asked))
    } else if response.status != 200, let refusal = try? JSONDecoder().decode(Refusal.self, from: body) {
      // Its WatchDog is being started anew: that is no answer.
      if refusal.code == "unavailable" { return await notNow(order, id, isLinkUp: true) }
      note(.orderRefused(connector: id, command, detail: refusal.detail))
    }
  }

  /// With the next link, or after a while on this one, what still holds is given once more; deadlines see to the rest.
  private func notNow(_ order: WaitingOrder, _ id: String, isLinkUp: Bool) async {
    if order.command.action == .leaveMaintenance { undelivered[id] = order }
    guard isLinkUp else { return }
    do { try await ports.clock.sleep(for: settings.orderRetry) } catch { return }
    // Only when nothing newer waits: it would come after that.
    guard orders[id]?.isEmpty ?? true else { return }
    sendAgain(to: id)
    note(.repeatOrder(connector: id))
  }
}
