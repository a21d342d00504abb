/// Named ways to break many things at once, as lists of faults.
package enum FaultRecipe {
  /// Swizzle: stops a random subset one by one, and brings it back in another order (the idea of FoundationDB's "swizzle-clogging").
  ///
  /// - Parameter step: between two stops, and between two returns.
  package static func swizzle(
    _ kind: FaultKind, of targets: [FaultTarget], begins: Duration, step: Duration, _ draws: inout Draws
  ) -> [Fault] {
    let chosen = targets.filter { _ in draws.chance(500_000) }.shuffled(using: &draws)
    let back = Array(chosen.indices).shuffled(using: &draws)
    return chosen.indices.map { index in
      let start = begins + step * index
      let end = begins + step * (chosen.count + back[index])
      return Fault(kind, chosen[index], begins: start, lasts: end - start)
    }
  }

  /// One target that goes and comes, so many times.
  package static func flap(_ kind: FaultKind, _ target: FaultTarget, begins: Duration, times: Int, off: Duration, on: Duration) -> [Fault] {
    (0..<max(0, times)).map { Fault(kind, target, begins: begins + (off + on) * $0, lasts: off) }
  }

  /// One target after the other, each as soon as the one before is back.
  package static func rolling(_ kind: FaultKind, of targets: [FaultTarget], begins: Duration, each: Duration) -> [Fault] {
    targets.indices.map { Fault(kind, targets[$0], begins: begins + each * $0, lasts: each) }
  }

  /// Two groups that do not reach each other: one fault for each pair across.
  package static func split(_ kind: FaultKind, _ one: [Int], from other: [Int], begins: Duration, lasts: Duration) -> [Fault] {
    one.flatMap { a in other.map { Fault(kind, .peer(a, $0), begins: begins, lasts: lasts) } }
  }
}
