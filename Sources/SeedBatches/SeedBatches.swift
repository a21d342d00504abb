import Glibc

/// The program that children run.
package struct SeedProgram: Sendable {
  package var path: String
  /// What it is called.
  package var name: String

  package init(path: String = "/proc/self/exe", name: String) {
    self.path = path
    self.name = name
  }
}

/// Seeds to run in one way. The child gets the arguments and `--seeds A..B`.
package struct SeedWork: Sendable {
  package var label: String
  package var arguments: [String]
  package var seeds: SeedRange

  package init(_ label: String, arguments: [String], seeds: SeedRange) {
    self.label = label
    self.arguments = arguments
    self.seeds = seeds
  }

  /// In batches: what a child costs to start is shared, and what a death loses is small.
  package func pieces(of count: UInt64) -> [SeedWork] { seeds.pieces(of: count).map { SeedWork(label, arguments: arguments, seeds: $0) } }
}

/// Batches of seeds in child processes, several at a time. A child that traps, is killed or hangs has failed the seed that it was at; the seeds behind it go to
/// another child. What comes of it does not depend on how many run at a time.
package struct SeedBatches {
  package var program: SeedProgram
  /// Children at a time.
  package var jobs: Int
  /// Seconds of the real clock for one seed.
  package var limit: Int

  package init(_ program: SeedProgram, jobs: Int, limit: Int) {
    self.program = program
    self.jobs = max(1, jobs)
    self.limit = max(1, limit)
  }

  /// Runs them all, or as many as `isWanted` lets begin; what runs when it turns false is ended.
  ///
  /// - Parameter report: each outcome as it comes, in no particular order.
  /// - Parameter isWanted: asked at least twice a second.
  /// - Throws: `SeedBatchesFailure` when children cannot be started, or end before they begin a seed.
  package func run(_ work: [SeedWork], isWanted: () -> Bool = { true }, report: (SeedOutcome) -> Void) throws {
    var waiting = work[...]
    var again: [SeedWork] = []
    var running: [SeedChild] = []
    defer {
      for child in running {
        child.stop()
        child.finish()
      }
    }
    while isWanted() {
      while running.count < jobs, let next = again.popLast() ?? waiting.popFirst() { running.append(try SeedChild(next, program, limit: limit)) }
      if running.isEmpty { break }
      var polled = running.map { pollfd(fd: $0.descriptor, events: Int16(POLLIN), revents: 0) }
      poll(&polled, nfds_t(polled.count), 400)
      for at in running.indices.reversed() {
        running[at].look()
        guard polled[at].revents != 0 else { continue }
        let child = running[at]
        if !child.read() {
          running.remove(at: at)
          child.finish()
          if !child.hasBegun { throw Self.failure(child.takeOutcomes()) }
          if let rest = child.rest { again.append(SeedWork(child.work.label, arguments: child.work.arguments, seeds: rest)) }
        }
        for outcome in child.takeOutcomes() { report(outcome) }
      }
    }
  }

  private static func failure(_ outcomes: [SeedOutcome]) -> SeedBatchesFailure {
    guard let last = outcomes.last, case .died(let how) = last.ending else { return SeedBatchesFailure(description: "a child did not begin a seed") }
    return SeedBatchesFailure(description: "a child did not begin a seed: \(([how] + last.details).joined(separator: "; "))")
  }
}
