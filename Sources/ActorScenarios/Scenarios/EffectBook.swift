import AgentSystem
import AgentSystemHost
import FoundationEssentials
import SimulatedWorld
import World

/// What the Agent System did, seen from outside: effects by request, answers by request, and the audit on the disk.
final class EffectBook: @unchecked Sendable {
  private struct Line: Decodable {
    var phase: String
    var request: String
  }
  private let run: ScenarioRun
  private let disk: MemoryFiles
  /// The request that asks for this service's restart now: one at a time.
  var current: [ServiceName: AgentRequestID] = [:]
  /// Of each setting what is certain, and what was asked for last.
  var settings: [RegistryPath: ClosedRange<Int64>] = [:]
  private var effects: [AgentRequestID: Int] = [:]
  private var answers: [AgentRequestID: PrivilegedAnswer] = [:]
  private var processRestarts: [String: Int] = [:]
  private var cancelledRestarts: Set<String> = []
  private var crashes = 0

  init(_ run: ScenarioRun, _ disk: MemoryFiles) {
    self.run = run
    self.disk = disk
  }

  func restarted(_ name: ServiceName) {
    guard let id = current[name] else { return run.fail("\(name.rawValue) was restarted, and nobody had asked") }
    effects[id, default: 0] += 1
    run.check(effects[id] == 1, "the request \(id) restarted \(name.rawValue) \(effects[id] ?? 0) times")
    if run.plant == nil { run.check(audit().contains { $0.request == id.description && $0.phase == "allow" }, "an effect of \(id) before its audit") }
  }

  /// Each definite answer; one id has one, but for the refusals that say that nothing was done.
  func answered(_ id: AgentRequestID, _ answer: PrivilegedAnswer) {
    if case .refused(let refusal) = answer {
      if refusal.reason == .interrupted { run.check(effects[id] ?? 0 <= 1, "\(id) was interrupted and done twice") }
      return
    }
    if let before = answers[id] { run.check(before == answer, "\(id) was answered \(before), then \(answer)") }
    answers[id] = answer
  }

  func doneOnce(_ id: AgentRequestID) { run.check(effects[id] == 1, "\(id) was answered done and took effect \(effects[id] ?? 0) times") }

  /// What is certain of the settings stands in the record on the disk at any time.
  func judgeRecord() {
    guard let bytes = try? disk.read("\(Machine.directory)/registry.state"), let state = try? StateRecord.decode(bytes) else { return }
    for (path, range) in settings.sorted(by: { $0.key < $1.key }) {
      let value: Int64 = if case .integer(let number) = state.settings[path] { number } else { 0 }
      run.check(range.contains(value), "the record has \(path) as \(value); expected \(range)")
    }
  }

  func restartedProcess(_ reason: String) {
    processRestarts[reason, default: 0] += 1
    run.note("restart of the process: \(reason)")
    run.check(processRestarts[reason] == 1, "the restart '\(reason)' came twice")
    run.check(!cancelledRestarts.contains(reason), "the restart '\(reason)' came although it was cancelled")
  }

  /// The Agent System said that there was one, and that it is taken back.
  func cancelled(_ reason: String) {
    cancelledRestarts.insert(reason)
    run.check(processRestarts[reason] == nil, "the restart '\(reason)' was taken back after it had come")
  }

  /// What happened before the crash must stand in what the crash left.
  func judgeAfterCrash() {
    crashes += 1
    judgeRecord()
    let allowed = Set(audit().filter { $0.phase == "allow" }.map(\.request))
    for id in effects.keys.map(\.description).sorted() {
      run.check(allowed.contains(id), "after a crash the audit has no line of \(id), which took effect")
    }
    for id in answers.keys.map(\.description).sorted() {
      run.check(allowed.contains(id), "after a crash the audit has no line of \(id), which was answered")
    }
  }

  func judge() {
    var open: [String: Int] = [:]
    for line in audit() {
      if line.phase == "result" {
        open[line.request, default: 0] -= 1
        if run.plant == nil { run.check(open[line.request] ?? 0 >= 0, "the audit has a result of \(line.request) and nothing before it") }
      } else {
        open[line.request, default: 0] += 1
      }
    }
    // A crash takes the results with it that were not synced, and those that were never written.
    if crashes == 0, run.plant == nil {
      let unfinished = open.filter { $0.value != 0 }.keys.sorted()
      run.check(unfinished.isEmpty, "the audit has no result of \(unfinished)")
    }
  }

  /// Lines that a crash tore are left out.
  private func audit() -> [Line] {
    let bytes = (try? disk.read("\(Machine.directory)/audit.log")) ?? []
    return bytes.split(separator: 10).compactMap { try? JSONDecoder().decode(Line.self, from: Data($0)) }
  }
}
