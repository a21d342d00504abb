import Foundation
import Testing

/// `connectord` alone, fed with nonsense: each time one clear message and the documented exit code.
@Suite struct DaemonProcessTests {
  private func folder() throws -> String { try LabUnderTest.temporaryFolder() }

  @Test func aMissingConfigurationIsExit66() async throws {
    let answer = try await Programs.run("connectord", ["run", "--config", "/nonexistent/connectord.yaml"])
    #expect(answer.code == 66)
    #expect(answer.errors.contains("/nonexistent/connectord.yaml"))
  }

  @Test(arguments: [
    ("connector:\n  fqdn: c1.forest1.local\n  colour: red\n", "colour"),
    ("connector: [1, 2\n", ":"),
    ("supervision:\n  pingEvery: 5 parsecs\n", "supervision.pingEvery"),
    ("supervision:\n  restartBudget: many\n", "supervision.restartBudget"),
  ]) func badConfigurationsNameLineColumnAndField(text: String, field: String) async throws {
    let folder = try folder()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let file = "\(folder)/connectord.yaml"
    try text.write(toFile: file, atomically: true, encoding: .utf8)
    let checked = try await Programs.run("connectord", ["check-config", file])
    #expect(checked.code == 1)
    #expect(checked.output.contains(field))
    #expect(checked.output.contains(#/connectord\.yaml:\d+:\d+: /#), "\(checked.output)")
    #expect(try await Programs.run("connectord", ["run", "--config", file]).code == 78)
  }

  @Test func helpDocumentsTheExitCodes() async throws {
    for (program, codes) in [("connectord", ["66", "69", "70", "75", "78"]), ("connector-lab", ["66", "69", "73", "75", "78"])] {
      let help = try await Programs.run(program, ["--help"])
      #expect(help.code == 0)
      for code in codes { #expect(help.output.contains("\n  \(code)  "), "\(program) --help does not explain \(code)") }
      #expect(help.output.contains("EXAMPLE"))
    }
  }

  @Test func generatedConfigurationsAreGood() async throws {
    let made = try await Programs.run("connector-lab", ["config", "generate", "--machines", "300"])
    #expect(made.code == 0)
    #expect(made.output.contains("machines:"))
    let again = try await Programs.run("connector-lab", ["config", "generate", "--machines", "300"])
    #expect(made.output == again.output)
  }
}
