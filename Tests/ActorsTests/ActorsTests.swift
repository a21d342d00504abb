import Foundation
import Testing

/// The unmodified actors under the simulated executor: some seeds that nobody has seen, and proof that races would be found.
@Suite(
  .serialized, .enabled(if: Program.canSimulate, "connectord-actors says that this toolchain or machine cannot simulate actors"),
  .timeLimit(.minutes(5)))
struct ActorsTests {
  @Test func freshSeedsPass() async throws {
    let first = UInt64.random(in: 1_000...4_000_000_000)
    let seeds = "\(first)..\(first + 11)"
    print("seeds of the actors: \(seeds)")
    let finished = try await Program.run("--seeds", seeds)
    #expect(finished.code == 0, "\(finished.output)\(finished.errors)")
    for scenario in ["service-shell", "supervisor", "agent-system", "connector", "reconnect"] {
      #expect(finished.output.contains("\(scenario): 12 of 12 seeds passed"))
    }
    #expect(finished.output.hasSuffix("repeat: connectord-actors --seeds \(seeds)\n"))
  }

  /// Alone or after others in one process: what a seed does depends on the seed alone.
  @Test(arguments: ["inline", "every-hop"]) func theSameSeedDoesTheSame(mode: String) async throws {
    let twice = try await Program.run("--seeds", "1..6", "--mode", mode, "--check", "twice")
    #expect(twice.code == 0, "\(twice.output)\(twice.errors)")
    #expect(twice.output.contains(", 0 not the same twice"))
  }

  @Test func otherSeedsAndModesDoOtherThings() async throws {
    var hashes: [String] = []
    for (seeds, mode) in [("1..1", "inline"), ("1..1", "every-hop"), ("2..2", "every-hop")] {
      let finished = try await Program.run("--scenario", "agent-system", "--seeds", seeds, "--mode", mode)
      hashes.append(finished.output.split(separator: "\n").first { $0.contains("; hash ") }.map(String.init) ?? finished.errors)
    }
    #expect(Set(hashes.map { $0.split(separator: " ").last.map(String.init) ?? "" }).count == 3, "\(hashes)")
  }

  @Test func plantedRacesAreFound() async throws {
    let finished = try await Program.run("--plants")
    #expect(finished.code == 0, "\(finished.output)\(finished.errors)")
    let list = try await Program.run("--list").output
    let planted = list.split(separator: "\n").drop { $0 != "races that can be planted" }.count - 1
    #expect(planted >= 11)
    #expect(finished.output.hasSuffix("caught \(planted) of \(planted)\n"))
    #expect(finished.output.contains("double-answer: found with seed 1: its process was ended by signal"), "a trap is one seed's failure")
    #expect(finished.output.contains("leaked-thread: found with seed 1: its process was ended by signal 6 (SIGABRT)"), "the guard against threads")
  }

  @Test func aDeadlockIsReportedWithWhoWaits() async throws {
    let finished = try await Program.run("--plant", "forgotten-question", "--seeds", "1..40", "--mode", "every-hop")
    #expect(finished.code == 1)
    #expect(finished.output.contains("deadlock: nothing is ready and nobody sleeps"), "\(finished.output)")
    #expect(finished.output.contains(#/waits since \d+\.\d+ s: client \d waits for the answer/#), "\(finished.output)")
  }

  @Test func theLineThatRepeatsAFailureRepeatsIt() async throws {
    let plant = ["--plant", "two-incarnations", "--seeds", "1..8", "--mode", "every-hop"]
    let found = try await Program.run(plant).output
    let line = try #require(found.split(separator: "\n").first { $0.hasPrefix("  repeat: connectord-actors ") })
    let again = try await Program.run(line.split(separator: " ").dropFirst(2).map(String.init))
    #expect(again.code == 1)
    let why = try #require(found.split(separator: "\n").dropFirst().first)
    #expect(again.output.contains(why), "\(again.output)")
  }

  /// Its children have process groups of their own, so a terminal reaches only the parent: it ends them.
  @Test(arguments: [SIGINT, SIGTERM]) func whoIsStoppedEndsItsChildrenAndSaysHowFarItCame(_ signal: Int32) async throws {
    let stopped = try await Program.stopped(by: signal, ["--seeds", "1..1000000"])
    #expect(stopped.children.count >= 1)
    #expect(stopped.finished.code == 130)
    #expect(stopped.finished.errors.contains(#/stopped: \d+ of 5000000 runs had ended, 0 of them failed/#), "\(stopped.finished.errors)")
    for child in stopped.children { #expect(kill(child, 0) == -1 && errno == ESRCH, "\(child) lives") }
  }

  @Test func wrongUseIsSaid() async throws {
    for (arguments, words) in [
      (["--scenario", "nonsense"], "no scenario is called 'nonsense'"), (["--plant", "nonsense"], "no planted race is called 'nonsense'"),
      (["--seeds", "9..3"], "9..3"), (["--check", "thrice"], "--check is 'twice'"), (["--jobs", "0"], "--jobs is 1 to 64"),
    ] {
      let finished = try await Program.run(arguments)
      #expect(finished.code == 64)
      #expect(finished.errors.contains(words), "\(finished.errors)")
    }
    let help = try await Program.run("--help")
    #expect(help.output.contains("EXAMPLE"))
  }
}
