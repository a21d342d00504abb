import ConnectorSettings
import Testing
import World

@testable import ConfigurationYAML

/// Built in, the release, the administrator's file, the command line: each gives way to the next, and every problem says whose it is.
@Suite struct ConfigurationLayersTests {
  private func layered(_ own: String = "", release: String? = nil, set: [String] = []) throws -> LayeredConfiguration {
    let file = ConfigurationLayers.File(path: "/etc/connectord/connectord.yaml", bytes: Array((leastFile + own).utf8), shownAs: "f.yaml")
    return try ConfigurationLayers(file: file, set: set).load { _ in
      release.map { ConfigurationLayers.File(path: "/r/configuration", bytes: Array($0.utf8)) }
    }
  }

  private func problems(_ own: String = "", release: String? = nil, set: [String] = []) -> [String] {
    do { _ = try layered(own, release: release, set: set) } catch { return "\(error)".split(separator: "\n").map(String.init) }
    return []
  }

  @Test func eachLayerGivesWayToTheNext() throws {
    let release = "logger: {level: error, keep: 7}\nevents:\n  ring: 100\n"
    let own = "logger:\n  level: warning\n"
    #expect(try layered().value == load(leastFile))
    #expect(try layered().sources["logger.level"] == .builtIn)
    #expect(try layered(release: release).value.logger.level == .error)
    let both = try layered(own, release: release)
    #expect(both.value.logger.level == .warning && both.value.logger.keep == 7 && both.value.events.ring == 100)
    #expect(both.sources["logger.level"] == .file("f.yaml", line: 11))
    #expect(both.sources["logger.keep"] == .release(file: "/r/configuration", line: 1))
    #expect(both.sources["events.ring"] == .release(file: "/r/configuration", line: 3))
    #expect(both.sources["connector.fqdn"] == .file("f.yaml", line: 2))
    #expect(both.sources["state.controlSocket"] == nil)
    let all = try layered(own, release: release, set: ["logger.level=info", "logger.level=debug"])
    #expect(all.value.logger.level == .debug && all.sources["logger.level"] == .commandLine)
    #expect(all.lines.first { $0.path == "logger.level" }.map { "\($0.value) \($0.source)" } == "debug command line")
    #expect(Set(all.lines.map(\.path)) == Set(all.sources.keys))
  }

  @Test func theCommandLineCanGiveWhatIsRequired() throws {
    let file = ConfigurationLayers.File(path: "/etc/c.yaml", bytes: Array(leastFile.replacing("  fqdn: c1.forest1.local\n", with: "").utf8))
    #expect(throws: ConfigurationProblems.self) { try ConfigurationLayers(file: file).load { _ in nil } }
    let set = ["connector.fqdn=c9.forest1.local", "state.releases=evergreen"]
    var asked: String?
    let loaded = try ConfigurationLayers(file: file, set: set).load { releases in
      asked = releases
      return nil
    }
    #expect(loaded.value.connector.fqdn == "c9.forest1.local")
    // From the folder of the file, as in the file itself.
    #expect(asked == "/etc/evergreen" && loaded.value.state.releases == "/etc/evergreen")
  }

  @Test func everyProblemSaysWhoseItIs() {
    #expect(
      problems(release: "logger:\n  level: loud\n") == [
        "/r/configuration:2:10: logger.level: 'loud' is not known; write one of error, warning, info, debug"
      ])
    #expect(problems(release: "loger: {}\n") == ["/r/configuration:1:1: loger: there is no such key; did you mean 'logger'?"])
    #expect(problems(release: "logger: [\n").first?.hasPrefix("/r/configuration:") == true)
    #expect(
      problems(set: ["logger.level=loud", "logger.levle=debug", "debug"]) == [
        "--set: logger.level: 'loud' is not known; write one of error, warning, info, debug",
        "--set: logger.levle: there is no such field; did you mean 'logger.level'?",
        "--set: 'debug' sets nothing; write FIELD=VALUE, such as logger.level=debug",
      ])
  }

  /// Of two fields that do not go together, the one that somebody set is named, in the file where that was.
  @Test func whatDoesNotGoTogetherIsFoundAcrossLayers() {
    let long = "supervision:\n  backoffInitial: 20s\n"
    #expect(problems(release: long) == [])
    let told = problems("supervision:\n  backoffMax: 10s\n", release: long)
    #expect(told.count == 1 && told[0].hasPrefix("f.yaml:11:15: supervision.backoffMax: 10s must be at least as long as"), "\(told)")
    let alone = problems(release: "supervision:\n  backoffInitial: 1m\n")
    #expect(alone.count == 1 && alone[0].hasPrefix("/r/configuration:2:19: supervision.backoffMax: 30s must be"), "\(alone)")
    let set = problems(release: long, set: ["supervision.backoffMax=10s"])
    #expect(set.count == 1 && set[0].hasPrefix("--set: supervision.backoffMax: 10s must be"), "\(set)")
  }

  @Test(arguments: [
    "connector: {fqdn: a.b}", "cloud: {url: \"https://evil.example\"}", "state: {directory: /x}", "updates: {trialHealthyFor: 100ms}",
    "testbed: {faults: true}", "credentials: {rootKeyFile: /x}",
  ])
  func aReleaseHasNoDefaultForWhatIsTheMachines(_ text: String) {
    let told = problems(release: text)
    #expect(told.count == 1 && told[0].contains("belongs to the machine"), "\(told)")
  }

  @Test func aReleasesDefaultsAreCheckedByThemselves() throws {
    func check(_ text: String) throws { try ConfigurationLayers.check(defaults: .init(path: "/d.yaml", bytes: Array(text.utf8))) }
    try check("{}\n")
    try check("# nothing\n")
    try check("logger: {level: debug}\n")
    #expect(throws: ConfigurationProblems.self) { try check("supervision: {backoffInitial: 1h}\n") }
    #expect(throws: ConfigurationProblems.self) { try check("cloud: {caFile: /x}\n") }
  }

  @Test func aSparseFileSaysTheSame() throws {
    var configuration = try load(leastFile)
    configuration.logger.level = .debug
    configuration.state.releases = "/srv/releases"
    let tree = try ConfigurationFields.sparse(configuration)
    #expect(tree.at("logger.level") == .text("debug") && tree.at("logger.keep") == nil && tree.at("supervision") == nil)
    #expect(try tree.decodedThroughAFile() == configuration)
  }
}

extension Tree {
  fileprivate func decodedThroughAFile() throws -> ConnectorConfiguration {
    try ConfigurationFile.load(path: "/etc/connectord/connectord.yaml", bytes: Array(shownAsFlow.utf8))
  }

  private var shownAsFlow: String {
    guard case .record(let members) = self else { return shown.contains(":") ? "\"\(shown)\"" : shown }
    return "{" + members.map { "\($0.key): \($0.value.shownAsFlow)" }.joined(separator: ", ") + "}"
  }
}
