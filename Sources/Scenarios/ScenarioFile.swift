package import Fleet
package import Rollouts
package import Simulation
import World

/// A scenario as it stands in a file: what is run, where it comes from, and what is expected.
package struct ScenarioFile: Hashable, Sendable {
  /// Many faults at once, of which the seed may draw the order.
  package struct Recipe: Hashable, Sendable {
    package enum Way: Hashable, Sendable {
      case swizzle(step: Duration)
      case flap(times: Int, off: Duration, on: Duration)
      case rolling(each: Duration)
    }
    package var way: Way
    package var kind: FaultKind
    package var targets: [FaultTarget]
    package var begins: Duration

    package init(_ way: Way, _ kind: FaultKind, of targets: [FaultTarget], begins: Duration) {
      (self.way, self.kind, self.targets, self.begins) = (way, kind, targets, begins)
    }

    func faults(_ draws: inout Draws) -> [Fault] {
      switch way {
      case .swizzle(let step): FaultRecipe.swizzle(kind, of: targets, begins: begins, step: step, &draws)
      case .flap(let times, let off, let on):
        targets.flatMap { FaultRecipe.flap(kind, $0, begins: begins, times: times, off: off, on: on) }
      case .rolling(let each): FaultRecipe.rolling(kind, of: targets, begins: begins, each: each)
      }
    }
  }

  /// The same with something changed.
  package struct Variant: Hashable, Sendable {
    package var name: String
    package var why = ""
    package var seeds: ClosedRange<UInt64>
    package var settings: RolloutSettings
    package var mutant: Mutant?
    package var expect: Expectations

    package init(_ name: String, seeds: ClosedRange<UInt64>, _ settings: RolloutSettings, _ mutant: Mutant?, _ expect: Expectations) {
      (self.name, self.seeds, self.settings) = (name, seeds, settings)
      (self.mutant, self.expect) = (mutant, expect)
    }
  }

  package var name: String
  package var title: String
  package var sources: [String] = []
  package var whatHappened = ""
  package var why = ""
  package var seeds: ClosedRange<UInt64>
  /// With the first of the seeds, and without what the recipes add.
  package var base: Scenario
  package var recipes: [Recipe] = []
  package var expect = Expectations()
  package var variants: [Variant] = []

  package init(name: String, title: String, _ base: Scenario) {
    (self.name, self.title, self.base) = (name, title, base)
    seeds = base.seed...base.seed
  }

  /// The file itself as its first variant, `as it is`, then the others.
  package var runs: [Variant] {
    var first = Variant("as it is", seeds: seeds, base.settings, base.mutant, expect)
    first.why = why
    return [first] + variants
  }

  /// What is run.
  package func scenario(seed: UInt64, _ variant: Variant) -> Scenario {
    var scenario = base
    (scenario.seed, scenario.settings, scenario.mutant) = (seed, variant.settings, variant.mutant)
    for (number, recipe) in recipes.enumerated() {
      var draws = Seed(seed).draws("recipe", "\(number)")
      scenario.faults += recipe.faults(&draws)
    }
    return scenario
  }
}
