import Broker
import BrokerXML
import ConnectorSettings
import ServiceKit
import World

/// The service as the XML service, the Secure Ticket Authority and machines ask it.
struct BrokerDesk: BrokerAsking {
  let shell: RemoteBrokerShell
  let context: ServiceContext
  let connectorID: @Sendable () -> String?

  func ask(_ request: BrokerRequest, from asker: BrokerAsker) async -> BrokerAnswer {
    let drawn = drawn(request)
    do {
      guard case .broker(let answer) = try await shell.ask({ .asked($0, drawn, asker) }) else {
        return .refused(BrokerRefusal(.badRequest, "the answer was of another kind; report this as a fault"))
      }
      return answer
    } catch {
      return .refused(BrokerRefusal(.notServing, "\(error)", retryAfterSeconds: 5))
    }
  }

  /// Throws `BrokerRefusal`.
  func identify(_ name: String, domain: String?, sid: String?, password: String?) async throws -> UserIdentity {
    if password != nil {
      throw BrokerRefusal(.notSimulated, "this connector's directory holds no passwords, so none can be checked; let StoreFront validate them")
    }
    let user: DirectoryUser
    do {
      let who: DirectoryUserName
      if let sid, !sid.isEmpty {
        who = .sid(sid)
      } else if let domain, !domain.isEmpty, !name.contains("\\"), !name.contains("@") {
        who = .name("\(domain)\\\(name)")
      } else {
        who = .name(name)
      }
      user = try await context.find(.directory).user(who)
    } catch let failure as DirectoryLookUpFailed {
      throw Self.refusal(failure)
    } catch {
      throw BrokerRefusal(.notServing, "the directory cannot be asked: \(error)", retryAfterSeconds: 5)
    }
    guard user.isEnabled else { throw BrokerRefusal(.disabled, "the account \(user.name) is disabled") }
    if !user.missing.isEmpty {
      context.log.write(.warning, "groups of \(user.missing.joined(separator: ", ")) are missing for \(user.name): no domain controller answers")
    }
    return UserIdentity(sid: user.sid, groups: user.groups)
  }

  var authority: String { authority(listed: nil) }

  /// - Parameter listed: this connector's id as the configuration names it, for when the link does not know it yet.
  func authority(listed: String?) -> String {
    let wanted = context.configuration.remoteBroker.staIdentity ?? ""
    return wanted.isEmpty ? STAIdentity.of(connector: connectorID() ?? listed ?? context.configuration.connector.fqdn) : wanted
  }

  private static func refusal(_ failure: DirectoryLookUpFailed) -> BrokerRefusal {
    switch failure.kind {
    case .badName: BrokerRefusal(.badRequest, failure.detail)
    case .notFound: BrokerRefusal(.notEntitled, failure.detail)
    case .unavailable: BrokerRefusal(.notServing, failure.detail, retryAfterSeconds: 5)
    case .joinedToNothing: BrokerRefusal(.notSimulated, failure.detail)
    }
  }

  /// A ticket that was not drawn by whoever asks is drawn here.
  private func drawn(_ request: BrokerRequest) -> BrokerRequest {
    guard case .ticket(var order) = request, order.ticket.isEmpty else { return request }
    order.ticket = STAService.draw(context.random)
    return .ticket(order)
  }
}
