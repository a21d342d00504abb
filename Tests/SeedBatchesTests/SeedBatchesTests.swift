import Glibc
import SeedBatches
import Testing

/// Children are small shell scripts that speak as a simulation does: `$5` is `A..B`.
@Suite struct SeedBatchesTests {
  /// - Parameter odd: what happens with seed 13 in place of `passed`.
  private func run(jobs: Int = 2, limit: Int = 60, seeds: SeedRange = SeedRange(11, 18), odd: String) throws -> [SeedOutcome] {
    let script = """
      for seed in $(seq ${2%..*} ${2#*..}); do echo "seed $seed begins"; if [ $seed = 13 ]; then \(odd); fi; echo "seed $seed passed h$seed"; done
      """
    let batches = SeedBatches(SeedProgram(path: "/bin/sh", name: "sh"), jobs: jobs, limit: limit)
    var outcomes: [SeedOutcome] = []
    try batches.run(SeedWork("w", arguments: ["-c", script, "sh"], seeds: seeds).pieces(of: 4)) { outcomes.append($0) }
    return outcomes.sorted { $0.seed < $1.seed }
  }

  @Test func everySeedIsHeardOnceHoweverManyRunAtATime() throws {
    for jobs in [1, 3] {
      let outcomes = try run(jobs: jobs, odd: "true")
      #expect(outcomes.map(\.seed) == Array(11...18) && outcomes.allSatisfy(\.isGood))
      #expect(outcomes[4].words == ["h15"])
    }
  }

  @Test(
    arguments: [
      ("echo '|F2 broken'; echo 'seed 13 failed 1'; continue", SeedOutcome.Ending.failed),
      ("echo 'Fatal error: an index' >&2; kill -ILL $$", .died("its process was ended by signal 4 (SIGILL: a trap)")),
      ("kill -KILL $$", .died("its process was ended by signal 9 (SIGKILL: killed, perhaps for want of memory)")),
      ("exit 70", .died("its process ended with exit code 70")), ("exit 0", .died("its process ended with exit code 0")),
    ])
  func aDeathIsItsSeedsFailureAndTheOthersGoOn(_ odd: String, _ ending: SeedOutcome.Ending) throws {
    for jobs in [1, 3] {
      let outcomes = try run(jobs: jobs, odd: odd)
      #expect(outcomes.map(\.seed) == Array(11...18))
      #expect(outcomes[2].ending == ending)
      #expect(outcomes.filter(\.isGood).count == 7)
      if odd.contains("F2") { #expect(outcomes[2].details == ["F2 broken"]) }
      if odd.contains("Fatal") { #expect(outcomes[2].details == ["Fatal error: an index"]) }
    }
  }

  /// It hangs, and it says a lot while it does.
  @Test func whoHangsIsKilled() throws {
    let outcomes = try run(limit: 1, seeds: SeedRange(12, 15), odd: "yes line")
    #expect(outcomes.map(\.seed) == [12, 13, 14, 15])
    #expect(outcomes[1].ending == .died("it took longer than 1 s and was killed"))
    #expect(outcomes.filter(\.isGood).count == 3)
  }

  @Test func childrenThatDoNotBeginAreNoSeedsFailure() throws {
    let batches = SeedBatches(SeedProgram(path: "/bin/sh", name: "sh"), jobs: 1, limit: 60)
    #expect(throws: SeedBatchesFailure.self) {
      try batches.run([SeedWork("w", arguments: ["-c", "echo 'no such option' >&2; exit 64", "sh"], seeds: SeedRange(1, 2))]) { _ in }
    }
  }

  @Test func whoIsNotWantedAnyMoreIsEnded() throws {
    let script = "for seed in $(seq ${2%..*} ${2#*..}); do echo \"seed $seed begins\"; [ $seed = 3 ] && sleep 600; echo \"seed $seed passed\"; done"
    let batches = SeedBatches(SeedProgram(path: "/bin/sh", name: "sh"), jobs: 2, limit: 600)
    var heard: Set<UInt64> = []
    let work = [SeedWork("w", arguments: ["-c", script, "sh"], seeds: SeedRange(1, 9))]
    try batches.run(work, isWanted: { !heard.contains(2) }, report: { heard.insert($0.seed) })
    #expect(heard == [1, 2])
  }

  @Test func outcomesAreToldInTheOrderOfTheirSeeds() {
    func outcome(_ seed: UInt64) -> SeedOutcome { SeedOutcome(label: "w", seed: seed, ending: .passed, words: [], details: []) }
    var order = SeedOrder(first: 5)
    #expect(order.add(outcome(7)).isEmpty && order.add(outcome(6)).isEmpty)
    #expect(order.add(outcome(5)).map(\.seed) == [5, 6, 7] && order.next == 8)
    #expect(order.add(outcome(9)).isEmpty && order.rest.map(\.seed) == [9])
    var last = SeedOrder(first: .max)
    #expect(last.add(outcome(.max)).count == 1)
  }

  /// Of the two that came, the first; `raise` returns when it has been taken. The threads that tests run on keep signals out otherwise.
  @Test func aSignalIsNotedInsteadOfDiedOf() {
    var before = sigset_t()
    pthread_sigmask(SIG_BLOCK, nil, &before)
    defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
    let interruption = Interruption([SIGUSR1, SIGUSR2])
    #expect(interruption.signal == nil)
    raise(SIGUSR2)
    raise(SIGUSR1)
    #expect(interruption.signal == SIGUSR2)
    #expect(Interruption([]).signal == nil)
  }

  @Test func rangesAreReadAndCutUp() {
    #expect(SeedRange(text: "3..9") == SeedRange(3, 9))
    for wrong in ["", "3", "3...9", "9..3", "-1..3", "0..10000001", "3..x"] { #expect(SeedRange(text: wrong) == nil, "\(wrong)") }
    #expect(SeedRange(.max - 2, .max).pieces(of: 2) == [SeedRange(.max - 2, .max - 1), SeedRange(.max, .max)])
    #expect(SeedRange(1, 10).count == 10)
  }

  @Test func aDetailOfSeveralLinesStaysADetail() {
    #expect(
      SeedLines.ends(7, passed: false, details: ["one\nseed 7 passed"], words: ["h"]) == "|one\n|seed 7 passed\nseed 7 failed h\n")
  }
}
