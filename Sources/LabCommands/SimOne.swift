import Fleet
import FleetReports
import Lab
import LiveWorld
import Simulation
import World

/// What a run came to, in the words of the command.
struct SimVerdict {
  var verdict: Verdict
  /// The second run had another trace.
  var again: TraceHash?

  var isGood: Bool { verdict.isGood && again == nil }
  /// What was broken first; `-` for nothing.
  var type: String { verdict.breaks.first ?? (again == nil ? "-" : "F20") }

  func lines(most: Int) -> [String] {
    var lines = verdict.violations.prefix(most).map { "\($0)" }
    if verdict.violations.count > most { lines.append("and \(verdict.violations.count - most) more") }
    if case .deadlock = verdict.end { lines += verdict.end.lines }
    if let again { lines.append("F20: the second run has another trace: \(again)") }
    return lines
  }

  /// - Parameter check: whether the same scenario is run a second time.
  static func of(_ scenario: Scenario, check: SimCheck?, sink: ((TraceLine) -> Void)? = nil) -> SimVerdict {
    var run = FleetRun(scenario, sink: sink)
    var out = SimVerdict(verdict: run.run())
    if check == .twice {
      var second = FleetRun(scenario)
      let hash = second.run().hash
      if hash != out.verdict.hash { out.again = hash }
    }
    return out
  }

  /// For JUnit.
  func testCase(_ name: String, again line: String) -> JUnitReport.Case {
    guard !isGood else { return .init(name: name, output: "hash \(verdict.hash)\nagain: \(line)") }
    let lines = lines(most: 200)
    let text = (lines + ["hash \(verdict.hash)", "again: \(line)"]).joined(separator: "\n")
    return .init(name: name, problem: .init(type: type, message: lines.first ?? type, text: text))
  }
}

/// One run in this process.
struct SimOne {
  let outputs: SimOutputs
  let check: SimCheck?

  /// - Returns: whether everything held.
  func run(_ scenario: Scenario, _ again: String) throws -> Bool {
    let file = try outputs.trace.map { try TraceFile($0, outputs.format) }
    let report = outputs.report.map { _ in ReportBuilder(scenario) }
    var sink: ((TraceLine) -> Void)?
    if file != nil || report != nil {
      sink = { line in
        file?.add(line)
        report?.add(line)
      }
    }
    let result = SimVerdict.of(scenario, check: check, sink: sink)
    try file?.close()
    let verdict = result.verdict
    if let path = outputs.report, let report {
      try SimFiles.replace(path, report.html(verdict, again: again, also: result.again.map { "F20: \($0)" }))
    }
    if let path = outputs.junit {
      var junit = JUnitReport(suite: "connector-lab sim")
      junit.add(result.testCase("seed \(scenario.seed)", again: again))
      try SimFiles.replace(path, junit.text)
    }
    Console.out("\(verdict.events) events, \(verdict.lines) lines of trace; \(verdict.end.lines[0])")
    Console.out(verdict.counts.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: ", "))
    for line in result.lines(most: 50) { Console.out("  \(line)") }
    Console.out("seed \(scenario.seed): \(result.isGood ? "passed" : "FAILED, \(verdict.violations.count) violations")")
    Console.out("hash \(verdict.hash)")
    if let path = outputs.report { Console.out("report: \(path)") }
    Console.out("again: \(again)")
    return result.isGood
  }
}

/// Files that are there whole or not at all.
enum SimFiles {
  static func replace(_ path: String, _ text: String) throws {
    do { try DiskFiles().replace(DiskPath.absolute(path), with: Array(text.utf8), mode: 0o644, step: "sim.file") } catch {
      throw LabError(.cannotCreate, "\(path) cannot be written: \(error); name a file in a folder that exists and may be written")
    }
  }
}
