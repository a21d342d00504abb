import Fleet
import Foundation
import Rollouts
import Scenarios
import Simulation
import Testing

/// The pack of published incidents: each comes as its file expects, in every variant; with two of its seeds, or with all where `SIM_PACK=all`.
@Suite struct PackTests {
  @Test func thereAreEnough() throws {
    #expect(Pack.names.count >= 15)
    for name in Pack.names {
      let file = try Pack.file(name)
      #expect("\(file.name).yaml" == name)
      #expect(
        !file.sources.isEmpty && !file.whatHappened.isEmpty && !file.why.isEmpty && !file.expect.trace.isEmpty, "\(name) must say where it comes from"
      )
      #expect(file.sources.allSatisfy { $0.hasPrefix("https://") }, "\(name)")
    }
  }

  @Test(arguments: Pack.names) func comesAsExpected(_ name: String) throws {
    let file = try Pack.file(name)
    let all = ProcessInfo.processInfo.environment["SIM_PACK"] == "all"
    for variant in file.runs {
      for seed in variant.seeds.prefix(all ? .max : 2) {
        let outcome = ScenarioRun.play(file, seed: seed, variant)
        let said = outcome.problems + outcome.expectations.filter { !$0.holds }.map(\.text)
        #expect(said == [], "\(name), \(variant.name), seed \(seed)")
      }
    }
  }

  @Test func explanationsNameWhatIsDone() throws {
    for name in Pack.names {
      let file = try Pack.file(name)
      let text = ScenarioExplanation.lines(file).joined(separator: "\n")
      for release in file.base.releases { #expect(text.contains("release \(release.offer.version)"), "\(name)") }
      for source in file.sources { #expect(text.contains(source), "\(name)") }
      for variant in file.variants { #expect(text.contains("What is expected: \(variant.name)"), "\(name)") }
      #expect(!text.contains("Optional(") && !text.contains("YAMLText"), "\(name)")
    }
  }
}
