import Evergreen
import ReleaseSlots
import Releases
import World

/// What a launcher decides, in plain words.
enum LaunchNotes {
  static func notes(_ name: String, _ change: ReleaseLauncher.Change, log: String) -> [String] {
    switch change {
    case .started(let pid, let attempt, let choice): started(name, pid, attempt, choice)
    case .ready: []
    case .restarts: ["\(name) ended as it was asked to; starting it again"]
    case .ended(let how, again: nil): ["\(name) ended on trial: \(how) (log: \(log))"]
    case .ended(let how, again: let pause?): ["\(name) ended: \(how); starting it again in \(pause.inSeconds) s (log: \(log))"]
    case .goesBack(let reason): ["\(name) goes back: \(reason)"]
    case .cannotStart(let why, let pause): ["\(name) cannot start: \(why); trying again in \(pause.inSeconds) s"]
    case .waits: ["\(name): a process of an earlier lab still runs; waiting for its end"]
    case .stopped: ["\(name) stopped"]
    case .killed: ["\(name) did not stop within its budget: killed"]
    }
  }

  private static func started(_ name: String, _ pid: Int32, _ attempt: Int, _ choice: BootChoice) -> [String] {
    let version = choice.slot.version
    var notes: [String] = []
    switch choice.finished {
    case .finishRollback, .rollBack: notes.append("\(name) went back to \(version): \(choice.reason)")
    case .cancelTrial: notes.append("\(name) did not begin its trial: \(choice.reason)")
    case .finishCommit: notes.append("\(name) keeps \(version): \(choice.reason)")
    case .none, .openTrial, .startAnew: break
    }
    let again = attempt == 1 ? "" : " again"
    switch choice.role {
    case .trial: notes.append("\(name) started\(again) (pid \(pid)): release \(version) is tried")
    case .active: notes.append("\(name) started\(again) (pid \(pid)), release \(version)")
    case .lastGood: notes.append("\(name) started\(again) (pid \(pid)), release \(version), the last good one: \(choice.reason)")
    }
    if let escalation = choice.escalation { notes.append("\(name) needs a person: \(escalation)") }
    return notes
  }
}
