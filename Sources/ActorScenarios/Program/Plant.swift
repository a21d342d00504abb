/// A race put into a test double on purpose: proof that the scenarios find such races. The product has none of this.
enum Plant: String, CaseIterable, Sendable {
  case lostUpdate = "lost-update"
  case lostEvent = "lost-event"
  case doubleAnswer = "double-answer"
  case forgottenQuestion = "forgotten-question"
  case leakedThread = "leaked-thread"
  case forgottenChild = "forgotten-child"
  case twoIncarnations = "two-incarnations"
  case repeatedEffect = "repeated-effect"
  case unfencedCrash = "unfenced-crash"
  case unsyncedAudit = "unsynced-audit"
  case staleInterface = "stale-interface"

  var summary: String {
    switch self {
    case .lostUpdate: "a counter is asked for its value and told the next one, with an await in between"
    case .lostEvent: "a shell takes its logic out, awaits, and puts it back"
    case .doubleAnswer: "a shell looks a question up, awaits, answers it and only then forgets it: it is answered twice, which traps"
    case .forgottenQuestion: "a shell that stops fails its questions, then awaits its tasks: a question in between waits for ever"
    case .leakedThread: "a thread is started: it would not be simulated, so the guard stops the program"
    case .forgottenChild: "a stop cancels the children that it saw, and awaits: one that is restarted meanwhile lives on"
    case .twoIncarnations: "a child leaves its worker behind when it is cancelled, and the next incarnation starts beside it"
    case .repeatedEffect: "the memory of request ids is asked, then awaited, then written: one id is done twice"
    case .unfencedCrash: "the Agent System before a crash goes on writing to the disk of the one after it"
    case .unsyncedAudit: "the disk says that the audit line is synced and loses it at the crash"
    case .staleInterface: "the WatchDog's interface is looked up once and kept over its restarts"
    }
  }

  var scenario: Scenario {
    switch self {
    case .lostUpdate, .lostEvent, .doubleAnswer, .forgottenQuestion, .leakedThread: ShellScenario.scenario
    case .forgottenChild, .twoIncarnations: SupervisorScenario.scenario
    case .repeatedEffect, .unfencedCrash, .unsyncedAudit: AgentSystemScenario.scenario
    case .staleInterface: ConnectorScenario.scenario
    }
  }

  /// Seeds within which it must be found, with every hop a job of its own. About ten times what it takes.
  static let seeds: UInt64 = 60
}
