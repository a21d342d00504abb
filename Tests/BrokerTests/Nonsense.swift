import SimulatedWorld
import World

@testable import Broker

/// Requests and events of nothing but odd parts.
enum Nonsense {
  static func text(_ random: SeededRandom) -> String {
    let odd = [
      "", "POOL-1", "pool-2", "HOST-1", "\\", "\\POOL-1", "S-1-5-21-1-2-3-1101", "S-1-5-21-1-2-3-600", "Pooled", "Own", "Hosts/Writer", "/", "%2F",
      "\u{0}", "é\u{301}\u{301}", "İ", "ß", String(repeating: "x", count: 5000), String(repeating: "Z9", count: 16), "http://", "http://h:1/", "~2",
      "l",
    ]
    return odd[Int(random.below(UInt64(odd.count)))]
  }
  static func number(_ random: SeededRandom) -> Int { [0, 1, -1, .min, .max, 10_000, 10_001, 500][Int(random.below(8))] }
  static func list<Item>(_ random: SeededRandom, _ make: (SeededRandom) -> Item) -> [Item] {
    (0..<Int(random.below(random.below(400) == 0 ? 1200 : 4))).map { _ in make(random) }
  }
  static func one<Item>(_ random: SeededRandom, _ all: [Item]) -> Item { all[Int(random.below(UInt64(all.count)))] }
  static func user(_ random: SeededRandom) -> UserIdentity {
    .init(sid: text(random), groups: list(random, text), zone: random.below(2) == 0 ? text(random) : nil)
  }
  static func session(_ random: SeededRandom) -> MachineSession {
    .init(id: text(random), user: text(random), state: one(random, MachineSession.State.allCases), applications: list(random, text))
  }
  static func order(_ random: SeededRandom) -> PrepareOrder {
    .init(machine: text(random), session: text(random), user: text(random), application: random.below(2) == 0 ? text(random) : nil)
  }

  static func request(_ random: SeededRandom) -> BrokerRequest {
    switch random.below(12) {
    case 0, 1:
      .register(
        .init(
          machine: text(random), start: number(random), callback: text(random), agentVersion: text(random),
          sessionSupport: one(random, MachineSessionSupport.allCases), sessions: list(random, session), load: number(random)))
    case 2: .heartbeat(machine: text(random))
    case 3: .deregister(machine: text(random), reason: one(random, DeregistrationReason.allCases))
    case 4:
      .session(
        .init(
          machine: text(random), session: text(random), change: one(random, SessionNotice.Change.allCases), load: number(random)))
    case 5: .resources(user(random))
    case 6, 7: .launch(.init(id: text(random), user: user(random), resource: text(random), clientName: text(random)))
    case 8: .sessions(user(random))
    case 9: .ticket(.init(ticket: text(random), values: [text(random): text(random)], isRefreshable: random.below(2) == 0))
    case 10: .ticketData(ticket: text(random))
    default: random.below(2) == 0 ? .farm : .ticketRefresh(ticket: text(random))
    }
  }

  static func event(_ random: SeededRandom) -> BrokerLogic.Event {
    switch random.below(6) {
    case 0: .serving(random.below(2) == 0)
    case 1: .prepared(order(random), random.below(2) == 0 ? nil : .init(accepted: true, load: number(random)))
    case 2:
      .peerTicket(
        .init(
          ticket: text(random), authority: text(random), values: [:], isRefreshable: random.below(2) == 0, remainingMilliseconds: number(random)))
    case 3: .ticketKept(random.below(5000))
    case 4: .configuration(BrokerSite(.small))
    default: .due
    }
  }
}
