import Fleet
import Foundation
import Glibc
import SeedBatches
import Simulation

/// A batch of seeds in this process, told line by line to the parent.
struct SimChild {
  let shape: SimShape
  let check: SimCheck?
  /// Seconds.
  let limit: Int

  func run(_ seeds: SeedRange) {
    for seed in seeds.first...seeds.last {
      say(SeedLines.begins(seed))
      // A parent that was killed ends nobody: a child that hangs then ends itself.
      alarm(UInt32(clamping: limit + 10))
      let result = SimVerdict.of(shape.scenario(seed), check: check)
      let words = ["\(result.verdict.hash)", result.type, "\(result.verdict.violations.count)"]
      say(SeedLines.ends(seed, passed: result.isGood, details: result.lines(most: 50), words: words))
    }
    alarm(0)
  }

  /// At once: a trap must not take it along. A parent that has gone ends the child by its signal.
  private func say(_ text: String) {
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
      let written = rest.withUnsafeBytes { write(1, $0.baseAddress, $0.count) }
      if written < 0, errno != EINTR { return }
      rest = rest.dropFirst(max(0, written))
    }
  }
}
