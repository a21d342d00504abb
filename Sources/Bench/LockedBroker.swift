import Broker
import BrokerXML
import LiveWorld
import Synchronization
import World

/// One logic behind one lock, as a connector has one behind one mailbox. Machines prepare at once, peers keep each ticket at once, and everybody is known by the number in the name.
final class LockedBroker: BrokerAsking {
  let authority = "STA000000000BEC"
  private let clock = LiveClock()
  private let logic: Mutex<BrokerLogic>
  private let groups: [String]
  private let next = Atomic<UInt64>(1)

  init(_ side: BrokerLogic.Side, _ site: BrokerSite, groups: [String] = []) {
    var logic = BrokerLogic(BrokerLogic.Settings(side: side, authority: authority))
    _ = logic.handle(.configuration(site), at: LiveClock().now().moment)
    self.logic = Mutex(logic)
    self.groups = groups
  }

  var counts: BrokerCounts { logic.withLock { $0.counts } }

  /// Begins to broker in an outage, or stops; at the stop all registrations are forgotten.
  func serve(_ serves: Bool) {
    let now = clock.now().moment
    logic.withLock { _ = $0.handle(.serving(serves), at: now) }
  }

  func answer(_ request: BrokerRequest) -> BrokerAnswer {
    let number = next.add(1, ordering: .relaxed).newValue
    let now = clock.now().moment
    return logic.withLock { logic in
      var todo = logic.handle(.asked(number, request), at: now)
      var answer = BrokerAnswer.refused(BrokerRefusal(.notServing, "nothing was answered"))
      while !todo.isEmpty {
        switch todo.removeFirst() {
        case .answer(number, let found): answer = found
        case .prepare(let order, _): todo += logic.handle(.prepared(order, PrepareReply(accepted: true, load: 100)), at: now)
        case .keepTicketAtPeers(let number, _): todo += logic.handle(.ticketKept(number), at: now)
        case .answer, .say: break
        }
      }
      return answer
    }
  }

  func ask(_ request: BrokerRequest, from asker: BrokerAsker) async -> BrokerAnswer { answer(request) }

  func identify(_ name: String, domain: String?, sid: String?, password: String?) async throws -> UserIdentity {
    UserIdentity(sid: "S-1-5-21-7-" + name.utf8.filter { (0x30...0x39).contains($0) }.map { String($0 - 0x30) }.joined(), groups: groups)
  }
}
