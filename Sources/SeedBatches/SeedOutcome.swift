/// What the parent knows of one seed.
package struct SeedOutcome: Hashable, Sendable {
  package enum Ending: Hashable, Sendable {
    case passed, failed
    /// The child ended in the middle of it: by a signal, with an exit code, or because it took too long. In words.
    case died(String)
  }
  /// Of the work that it belongs to.
  package var label: String
  package var seed: UInt64
  package var ending: Ending
  /// What the child said behind the verdict.
  package var words: [String]
  /// What it said in between: its findings, or its last words.
  package var details: [String]

  package init(label: String, seed: UInt64, ending: Ending, words: [String], details: [String]) {
    self.label = label
    self.seed = seed
    self.ending = ending
    self.words = words
    self.details = details
  }

  package var isGood: Bool { ending == .passed }
}

/// What a child says, line by line: `seed N begins`; details, each behind a bar; `seed N passed …` or `seed N failed …` with words of its own. Whatever else
/// it says, on its standard error too, is taken for a detail: a trap names its reason there.
package enum SeedLines {
  package static func begins(_ seed: UInt64) -> String { "seed \(seed) begins\n" }

  package static func ends(_ seed: UInt64, passed: Bool, details: [String], words: [String]) -> String {
    let lines = details.flatMap { $0.split(separator: "\n", omittingEmptySubsequences: false) }
    let last = ["seed", "\(seed)", passed ? "passed" : "failed"] + words
    return lines.map { "|\($0)\n" }.joined() + last.joined(separator: " ") + "\n"
  }
}

/// Nothing came of starting children.
package struct SeedBatchesFailure: Error, CustomStringConvertible {
  package let description: String
}
