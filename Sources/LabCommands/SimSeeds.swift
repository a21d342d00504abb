import Fleet
import FleetReports
import Glibc
import Lab
import SeedBatches
import Simulation

/// Many seeds in child processes. Failures are told in the order of the seeds as soon as all before them have ended, so what it prints does not depend on how
/// many run at a time.
struct SimSeeds {
  let shape: SimShape
  let check: SimCheck?
  let junit: String?
  let jobs: Int
  /// Seconds for a seed.
  let limit: Int

  /// - Returns: the exit code.
  func run(_ seeds: SeedRange) throws -> Int32 {
    var arguments = ["sim", "--here", "--seed-limit", "\(limit)s"] + shape.arguments
    if let check { arguments += ["--check", check.rawValue] }
    let work = SeedWork("sim", arguments: arguments, seeds: seeds)
    let interruption = Interruption()
    let bar = ProgressBar(total: seeds.count)
    var order = SeedOrder(first: seeds.first)
    var (ran, failed) = (0, 0)
    var report = JUnitReport(suite: "connector-lab sim")
    func tell(_ outcome: SeedOutcome) {
      if junit != nil { report.add(testCase(outcome)) }
      guard !outcome.isGood else { return }
      bar.clear()
      for line in lines(outcome) { Console.out(line) }
    }
    do {
      let batches = SeedBatches(SeedProgram(name: "connector-lab"), jobs: jobs, limit: limit)
      try batches.run(
        work.pieces(of: size(seeds)), isWanted: { interruption.signal == nil },
        report: { outcome in
          ran += 1
          if !outcome.isGood { failed += 1 }
          for next in order.add(outcome) { tell(next) }
          bar.show(ran, failed: failed)
        })
    } catch {
      bar.clear()
      throw LabError(.unavailable, "\(error)")
    }
    for outcome in order.rest { tell(outcome) }
    bar.clear()
    if let junit { try SimFiles.replace(junit, report.text) }
    Console.out("\(ran - failed) of \(seeds.count) seeds passed\(failed > 0 ? ", \(failed) failed" : "")")
    if interruption.signal != nil, ran < seeds.count {
      Console.error(
        "stopped: \(ran) of \(seeds.count) seeds had run, and every one up to \(order.next == seeds.first ? "none" : "\(order.next - 1)")")
      Console.out("go on: \(command) --seeds \(order.next)..\(seeds.last)\(given)")
      return 130
    }
    return failed > 0 ? 1 : 0
  }

  /// Small at the beginning and the end of a short range, so that no processor waits long; a child's start costs as much as a run or two.
  private func size(_ seeds: SeedRange) -> UInt64 { UInt64(max(1, min(20, seeds.count / (jobs * 4)))) }

  private var command: String { "connector-lab sim" }
  private var given: String { shape.arguments.map { " " + $0 }.joined() }
  private func again(_ outcome: SeedOutcome) -> String { "\(command) --seed \(outcome.seed)\(given)" }

  private func lines(_ outcome: SeedOutcome) -> [String] {
    var lines = outcome.details.prefix(3).map { "  \($0)" }
    switch outcome.ending {
    case .died(let how): lines.append("seed \(outcome.seed): FAILED, \(how)")
    default:
      lines.append("seed \(outcome.seed): FAILED, \(outcome.words.last ?? "?") violations")
      lines.append("hash \(outcome.words.first ?? "?")")
    }
    return lines + ["again: \(again(outcome))"]
  }

  private func testCase(_ outcome: SeedOutcome) -> JUnitReport.Case {
    let name = "seed \(outcome.seed)"
    let last = outcome.words.first.map { ["hash \($0)"] } ?? []
    let text = (outcome.details + last + ["again: \(again(outcome))"]).joined(separator: "\n")
    switch outcome.ending {
    case .passed: return .init(name: name, output: (last + ["again: \(again(outcome))"]).joined(separator: "\n"))
    case .failed:
      let type = outcome.words.dropFirst().first ?? "-"
      return .init(name: name, problem: .init(type: type, message: outcome.details.first ?? type, text: text))
    case .died(let how): return .init(name: name, problem: .init(isError: true, type: "died", message: how, text: "\(how)\n\(text)"))
    }
  }
}
