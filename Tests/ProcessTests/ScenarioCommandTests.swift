import Foundation
import Testing

/// `connector-lab scenario list|explain|run|schema` and `sim`, as somebody types them.
@Suite struct ScenarioCommandTests {
  private static let pack = "\(Programs.checkout)/config/scenarios/incidents"
  private static let one = "kibana-139803-late-arriver"

  private func lab(_ arguments: String...) async throws -> Programs.Finished { try await Programs.run("connector-lab", arguments) }

  @Test func theListHasEachFileOfTheFolder() async throws {
    let files = try FileManager.default.contentsOfDirectory(atPath: Self.pack).filter { $0.hasSuffix(".yaml") }
    let listed = try await lab("scenario", "list", Self.pack)
    #expect(listed.code == 0)
    let names = listed.output.split(separator: "\n").dropFirst().compactMap { $0.split(separator: " ").first.map(String.init) }
    #expect(names == files.map { String($0.dropLast(5)) }.sorted())
    let none = try await lab("scenario", "list", "\(Self.pack)/none")
    #expect(none.code == 66 && none.errors.contains("there is no folder \(Self.pack)/none"))
  }

  @Test func anIncidentIsExplainedWithItsSource() async throws {
    let told = try await lab("scenario", "explain", "\(Self.pack)/\(Self.one).yaml")
    #expect(told.code == 0 && told.output.contains("https://github.com/elastic/kibana/issues/139803"), "\(told.output)")
    #expect(told.output.contains("c4"), "\(told.output)")
  }

  @Test func aRunSaysWhatCameAndTheSameSeedIsTheSameRun() async throws {
    let path = "\(Self.pack)/\(Self.one).yaml"
    let first = try await lab("scenario", "run", path, "--verbose", "--check", "twice")
    #expect(first.code == 0 && first.output.contains("as expected: \(Self.one)"), "\(first.output)\(first.errors)")
    let second = try await lab("scenario", "run", path, "--verbose")
    func hash(_ run: Programs.Finished) -> Substring? { run.output.split(separator: "\n").first { $0.hasPrefix("  hash ") } }
    #expect(hash(first) != nil && hash(first) == hash(second))
    let other = try await lab("scenario", "run", path, "--verbose", "--seed", "2")
    #expect(hash(other) != hash(first))
  }

  @Test func whatDoesNotComeIsSaidAndEndsWithOne() async throws {
    let folder = try LabUnderTest.temporaryFolder()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let text = try String(contentsOfFile: "\(Self.pack)/\(Self.one).yaml", encoding: .utf8)
    let (wrong, misspelt) = ("\(folder)/wrong.yaml", "\(folder)/misspelt.yaml")
    try text.replacing("{node: cloud, what: late, subject: c4}", with: "{node: cloud, what: late, subject: c3}")
      .write(toFile: wrong, atomically: true, encoding: .utf8)
    let run = try await lab("scenario", "run", wrong)
    #expect(run.code == 1 && run.output.contains("subject c3"), "\(run.output)\(run.errors)")
    try text.replacing("length: 9d", with: "lenght: 9d").write(toFile: misspelt, atomically: true, encoding: .utf8)
    let refused = try await lab("scenario", "run", misspelt)
    #expect(refused.code == 65 && refused.errors.contains("\(misspelt):") && refused.errors.contains("lenght"), "\(refused.errors)")
    let unknown = try await lab("scenario", "run", "no-such-incident")
    #expect(unknown.code == 66 && unknown.errors.contains("no scenario 'no-such-incident' in the pack"), "\(unknown.errors)")
  }

  @Test func aSeedIsARunAndTheOneLineRepeatsIt() async throws {
    let first = try await lab("sim", "--seed", "7", "--connectors", "6", "--locations", "2", "--days", "3")
    #expect(first.code == 0, "\(first.output)\(first.errors)")
    let line = try #require(first.output.split(separator: "\n").last { $0.contains("connector-lab sim ") })
    let arguments = line[try #require(line.range(of: "connector-lab sim")).upperBound...].split(separator: " ").map(String.init)
    let again = try await Programs.run("connector-lab", ["sim"] + arguments)
    #expect(again.output == first.output)
    let other = try await lab("sim", "--seed", "8", "--connectors", "6", "--locations", "2", "--days", "3")
    #expect(other.code == 0 && other.output != first.output)
  }
}
