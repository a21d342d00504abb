import BrokerConfiguration
import ConnectorCheckers
import EventCatalog
import ServiceKit
import Testing
import World

@testable import ConfigSynchronizerService

/// C1 of the real logic, whatever comes of its imports: what the checker reads are the logic's own events, and what it says it brokers by.
@Suite struct ImportInvariantTests {
  /// A database beneath the logic that does what it should, or what it should not.
  private enum Database { case right, keepsWhatFailed }

  private struct Play {
    var logic = ConfigSynchronizerLogic(interval: .seconds(60), quickChecks: 0)
    var now = Now(moment: Moment(nanoseconds: 0), wall: WallTime(seconds: 1_795_000_000))
    var checks = ConnectorChecks()
    var stored: Int?
    var sequence: UInt64 = 0

    mutating func pass() { now = Now(moment: now.moment + .seconds(70), wall: now.wall + .seconds(70)) }

    mutating func tell(_ event: ConfigSynchronizerLogic.Event) {
      for directive in logic.handle(event, at: now) {
        switch directive {
        case .emit(let event):
          sequence += 1
          let record = EventRecord(event: event, sequence: sequence, boot: "b", time: now.wall, connector: "1", service: .configSynchronizer)
          for fact in ConnectorFact.facts(of: record, fqdn: "c1.x", location: "l1") { checks.see(fact) }
        case .answer(_, .success(.revision(let revision))): checks.see(ConnectorFact("c1.x", .configurationRead(revision), at: now.wall))
        default: break
        }
      }
    }

    mutating func start() {
      logic = ConfigSynchronizerLogic(interval: .seconds(60), quickChecks: 0)
      tell(.started)
      tell(.opened(OpenedConfiguration(current: stored.map { ConfigSynchronizerLogicTests.summary($0) })))
    }
  }

  private func play(_ seed: UInt64, _ database: Database) -> [ConnectorViolation] {
    var random = SplitMix(state: seed)
    var play = Play()
    play.start()
    var revision = 1
    for _ in 0..<60 {
      revision += Int(random.next() % 3)
      switch random.next() % 8 {
      case 0: play.tell(.fetched(.unreachable("no route")))
      case 1: play.tell(.fetched(.nothing))
      case 2: play.tell(.fetched(.rejected(revision: revision, reason: "too large")))
      case 3, 4:
        play.tell(.fetched(.received(revision: revision, [1])))
        play.tell(.imported(revision: revision, .failure(ConfigurationImportFailed(.check, "an orphaned SID"))))
        if database == .keepsWhatFailed { play.stored = revision }
      case 5: play.start()
      default:
        play.tell(.fetched(.received(revision: revision, [1])))
        if revision != play.stored {
          play.tell(.imported(revision: revision, .success(ConfigSynchronizerLogicTests.summary(revision))))
          play.stored = revision
        }
      }
      play.tell(.asked(RequestID(play.sequence), .revision))
      play.pass()
      play.tell(.due)
    }
    return play.checks.violations
  }

  @Test func aFailedImportNeverReplacesAGoodOne() {
    for seed in 1...200 as ClosedRange<UInt64> {
      let found = play(seed, .right)
      if let first = found.first { Issue.record("seed \(seed): \(first)") }
    }
  }

  @Test func aDatabaseThatDoesIsFound() {
    let caught = (1...20 as ClosedRange<UInt64>).first { play($0, .keepsWhatFailed).contains { $0.invariant == .c1 } }
    #expect(caught != nil)
  }
}

private struct SplitMix {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ z >> 30) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ z >> 27) &* 0x94d0_49bb_1331_11eb
    return (z ^ z >> 31) >> 16
  }
}
