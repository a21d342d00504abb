import Evergreen
import Releases
import Testing
import World

/// The table: every state against every event.
@Suite struct UpdateLogicTests {
  static let slot = SlotName("4.2.0.0-bbbbbbbbbbbb")!
  static let order = UpdateOrder(
    command: "c1", version: slot.version, bundle: .init(sha256: ContentDigest(String(repeating: "a", count: 64))!, length: 10))
  static let good = Probe(isHealthy: true, reachedTheCloud: true)
  static func now(_ seconds: Int64) -> Now { Now(moment: Moment(nanoseconds: seconds * 1_000_000_000), wall: WallTime(seconds: seconds)) }

  /// A logic that was led to a state.
  static func logic(in state: UpdateLogic.State) -> UpdateLogic {
    var logic = UpdateLogic()
    func feed(_ events: UpdateLogic.Event...) { for event in events { _ = logic.handle(event, at: now(0)) } }
    switch state {
    case .idle: break
    case .checking: feed(.order(order))
    case .downloading: feed(.order(order), .checked(nil))
    case .verified: feed(.order(order), .checked(nil), .downloaded)
    case .installed: feed(.order(order), .checked(nil), .downloaded, .installed(slot))
    case .activating: feed(.order(order), .checked(nil), .downloaded, .installed(slot), .granted)
    case .trial: feed(.trialBegan(order, slot, generation: 7))
    case .committing, .committed:
      feed(.trialBegan(order, slot, generation: 7))
      for at in 1...21 { _ = logic.handle(.probed(good), at: now(Int64(at) * 30)) }
      if state == .committed { feed(.committed) }
    case .rollingBack: feed(.rollBackAsked(command: "c", reason: "asked"))
    case .rolledBack: feed(.cameBack("it crashed"))
    case .failed: feed(.order(order), .checked(.floor(slot.version)))
    }
    return logic
  }

  static let events: [(String, UpdateLogic.Event)] = [
    ("order", .order(order)), ("checked", .checked(nil)), ("refused", .checked(.floor(slot.version))), ("downloaded", .downloaded),
    ("download failed", .downloadFailed("x")), ("installed", .installed(slot)), ("install failed", .installFailed("x")), ("granted", .granted),
    ("not now", .notNow("x")), ("activate failed", .activateFailed("x")), ("trial began", .trialBegan(order, slot, generation: 7)),
    ("probed", .probed(good)), ("committed", .committed), ("commit failed", .commitFailed("x")), ("came back", .cameBack("x")),
    ("rollback failed", .rollBackFailed("x")), ("rollback asked", .rollBackAsked(command: "c", reason: "x")),
  ]
  typealias State = UpdateLogic.State
  static let terminal: [State] = [.idle, .committed, .rolledBack, .failed]
  /// Where an event leads; what is not here changes nothing.
  static func next(_ state: State, _ event: String) -> State? {
    switch (state, event) {
    case (_, "order") where terminal.contains(state): .checking
    case (_, "trial began") where terminal.contains(state) || state == .activating: .trial
    case (_, "came back") where terminal.contains(state) || state == .activating || state == .rollingBack: .rolledBack
    case (_, "rollback asked") where terminal.contains(state) || state == .trial: .rollingBack
    case (.checking, "checked"): .downloading
    case (.checking, "refused"), (.verified, "install failed"), (.activating, "activate failed"): .failed
    case (.downloading, "downloaded"): .verified
    case (.verified, "installed"): .installed
    case (.installed, "granted"): .activating
    case (.committing, "committed"): .committed
    case (.committing, "commit failed"): .rollingBack
    default: nil
    }
  }

  /// L8 as well: what has no row does nothing at all, however often it comes.
  @Test(arguments: State.allCases) func everyCell_L8(_ state: State) {
    let quiet: Set<String> = ["download failed", "not now", "rollback failed", "probed"]
    for (name, event) in Self.events {
      var logic = Self.logic(in: state)
      #expect(logic.state == state)
      let directives = logic.handle(event, at: Self.now(700))
      #expect(logic.state == Self.next(state, name) ?? state, "\(state) × \(name)")
      if Self.next(state, name) == nil, !quiet.contains(name) { #expect(directives == [], "\(state) × \(name)") }
    }
  }

  /// The alarm that a state sets when it is entered is heard there, once, and nowhere else.
  @Test(arguments: State.allCases) func everyStateThatIsNotAnEndHasADeadline(_ state: State) throws {
    var logic = UpdateLogic()
    #expect((logic.limit(of: state) == nil) == Self.terminal.contains(state))
    guard !Self.terminal.contains(state) else { return }
    var alarms: [UpdateLogic.Alarm] = []
    for (number, event) in Self.way(to: state).enumerated() {
      for case .wake(let alarm, _) in logic.handle(event, at: Self.now(Int64(number) * 30)) { alarms.append(alarm) }
    }
    #expect(logic.state == state)
    for old in alarms.dropLast() { #expect(logic.handle(.due(old), at: Self.now(9_999)) == []) }
    let alarm = try #require(alarms.last)
    _ = logic.handle(.due(alarm), at: Self.now(9_999))
    #expect(logic.state == (state == .trial || state == .committing ? .rollingBack : .failed))
    #expect(logic.handle(.due(alarm), at: Self.now(9_999)) == [])
  }
  static func way(to state: State) -> [UpdateLogic.Event] {
    let all: [UpdateLogic.Event] = [.order(order), .checked(nil), .downloaded, .installed(slot), .granted]
    switch state {
    case .checking: return Array(all.prefix(1))
    case .downloading: return Array(all.prefix(2))
    case .verified: return Array(all.prefix(3))
    case .installed: return Array(all.prefix(4))
    case .activating: return all
    case .trial: return [.trialBegan(order, slot, generation: 7)]
    case .rollingBack: return [.rollBackAsked(command: "c", reason: "x")]
    case .committing: return [.trialBegan(order, slot, generation: 7)] + Array(repeating: .probed(good), count: 21)
    case .idle, .committed, .rolledBack, .failed: return []
    }
  }

  @Test func downloadsAreRetriedWithPausesAndThenGivenUp_L6() {
    var logic = Self.logic(in: .downloading)
    var pauses: [Duration] = []
    for _ in 0..<10 where logic.state == .downloading {
      for case .wake(let alarm, let pause) in logic.handle(.downloadFailed("cut"), at: Self.now(0)) {
        pauses.append(pause)
        #expect(logic.handle(.due(alarm), at: Self.now(0)) == [.download(Self.order)])
      }
    }
    #expect(pauses == [.seconds(60), .seconds(300), .seconds(600), .seconds(900)])
    #expect(logic.state == .failed && logic.reason.contains("after 5 attempts: cut"))
  }

  @Test func aRollbackThatFailsIsHandedToAPerson_L5() {
    var logic = Self.logic(in: .rollingBack)
    var rollbacks = 0
    var escalations = 0
    for _ in 0..<10 {
      for directive in logic.handle(.rollBackFailed("the disk"), at: Self.now(0)) {
        if case .rollBack = directive { rollbacks += 1 }
        if case .escalate = directive { escalations += 1 }
      }
    }
    #expect(rollbacks == 2 && escalations == 1 && logic.state == .failed)
  }

  @Test func theTrialsGenerationGoesWithTheCommit_L7() {
    var logic = Self.logic(in: .trial)
    var commits: [UInt64] = []
    for at in 1...40 {
      for case .commit(let generation, let evidence) in logic.handle(.probed(Self.good), at: Self.now(Int64(at) * 30)) {
        commits.append(generation)
        #expect(evidence.endToEndProbes > 0)
      }
    }
    #expect(commits == [7])
  }
}
