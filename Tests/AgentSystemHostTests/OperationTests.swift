import AgentSystem
import AgentSystemHost
import Releases
import SimulatedWorld
import Testing
import World

@Suite struct OperationTests {
  /// A connector that was not started from a release folder.
  @Test func withoutAReleaseFolderReleasesAreRefusedByType() async throws {
    let bench = try Bench()
    let host = await bench.started()
    let version = try #require(ReleaseVersion("4.370.0.1227"))
    let digest = try #require(ContentDigest(String(repeating: "ab", count: 32)))
    let by = UpdaterGeneration(1)
    for operation in [
      PrivilegedOperation.installRelease(version, digest: digest, length: 9, by: by), .activateRelease(version, by: by),
      .rollBackRelease(reason: "", by: by), .removeRelease(version, by: by), .takeOverUpdates, .clearFailedRelease(version, by: by),
      .commitRelease(version, TrialEvidence(healthySeconds: 600, probes: 20, endToEndProbes: 20), by: by), .releaseStatus,
    ] {
      #expect(await host.ask(bench.request(operation)).refusal == .noReleaseLayout)
    }
    #expect(try bench.files.info(Bench.record) == nil)
  }

  @Test func settingsHaveTheirDefaultsUntilTheyAreSetAndAgainAfterwards() async throws {
    let bench = try Bench()
    let host = await bench.started()
    let path = KnownRegistryKeys.immediateUpgrade
    #expect(await host.ask(bench.request(.registryRead(path))).registry == .integer(0))
    #expect(await host.ask(bench.request(.registryDelete(path))) == .value(.flag(false)))
    #expect(await host.ask(bench.request(.registryWrite(path, .integer(1)))) == .done)
    #expect(await host.ask(bench.request(.registryRead(path))).registry == .integer(1))
    #expect(await host.ask(bench.request(.registryDelete(path))) == .value(.flag(true)))
    #expect(await host.ask(bench.request(.registryRead(path))).registry == .integer(0))
    #expect(await host.ask(bench.request(.registryRead(KnownRegistryKeys.productVersionBase))).registry == .string("6.109.0"))
    #expect(await host.ask(bench.request(.registryWrite(path, .integer(7)))).refusal == .outOfRange)
    #expect(await host.ask(bench.request(.registryWrite(path, .boolean(true)))).refusal == .wrongType)
    #expect(await host.ask(bench.request(.registryWrite(KnownRegistryKeys.inMaintenance, .integer(1)))).refusal == .readOnlyKey)
  }

  @Test func listShowsTheDocumentedKeysInOrder() async throws {
    let bench = try Bench()
    let host = await bench.started()
    guard case .value(.entries(let all, more: false)) = await host.ask(bench.request(.registryList(under: nil, after: nil))) else {
      Issue.record("no list")
      return
    }
    let expected = KnownRegistryKeys.all.filter { $0.initial != nil || $0.path == KnownRegistryKeys.productVersionBase }.map(\.path).sorted()
    #expect(all.map(\.path) == expected)
    let under = try RegistryPath(#"hklm\software\citrix\cloudservices\agentfoundation"#)
    guard case .value(.entries(let some, more: false)) = await host.ask(bench.request(.registryList(under: under, after: nil))) else {
      Issue.record("no list")
      return
    }
    #expect(some.count == 5)
  }

  /// A list longer than a frame comes in pages that fit one.
  @Test func longListsComeInPages() async throws {
    let bench = try Bench()
    let host = await bench.started()
    let under = try RegistryPath(#"HKLM\Software\Citrix\Long"#)
    for number in 0..<40 {
      let path = try RegistryPath(under.text + "\\\(100 + number)")
      #expect(await host.ask(bench.request(.registryWrite(path, .string(String(repeating: "x", count: 4000))))) == .done)
    }
    var (found, pages, after): ([RegistryPath], Int, RegistryPath?) = ([], 0, nil)
    while true {
      let answer = await host.ask(bench.request(.registryList(under: under, after: after)))
      #expect(try AgentFrame.answer(AgentRequestID(high: 0, low: 0), answer).encoded().count <= AgentFrame.maxSize)
      guard case .value(.entries(let entries, let more)) = answer else { break }
      found += entries.map(\.path)
      pages += 1
      after = found.last
      if !more { break }
    }
    #expect(found.count == 40 && found == found.sorted())
    #expect(pages == 3)
  }

  @Test func theRegistryIsBounded() async throws {
    let bench = try Bench()
    let host = await bench.started()
    var refusal: Refusal.Reason?
    for number in 0..<20 where refusal == nil {
      let path = try RegistryPath(#"HKLM\Software\Citrix\Big\"# + "\(number)")
      refusal = await host.ask(bench.request(.registryWrite(path, .strings(Array(repeating: String(repeating: "x", count: 4096), count: 8))))).refusal
    }
    #expect(refusal == .registryFull)
  }

  @Test func maintenanceIsSaidOnceForEachChange() async throws {
    let bench = try Bench()
    let host = await bench.started()
    _ = bench.events()
    for on in [true, true, false, false] { #expect(await host.ask(bench.request(.setMaintenance(on, reason: "r"))) == .done) }
    #expect(bench.events().filter { $0 == "agent-system.maintenance-changed" }.count == 2)
    #expect(await host.ask(bench.request(.registryRead(KnownRegistryKeys.maintenanceReason))).registry == .string(""))
  }

  @Test func aServiceThatCannotBeRestartedSaysWhy() async throws {
    let bench = try Bench()
    let host = await bench.started()
    bench.whenRestarting { throw NotSimulated("service \($0.rawValue)") }
    guard case .failed(let failure) = await host.ask(bench.request(.restartService(.webRelay))) else {
      Issue.record("it was restarted")
      return
    }
    #expect(failure.reason == .effect)
    #expect(failure.detail.contains("NotSimulated: service web-relay"))
  }

  /// What carries the answer is restarted after it.
  @Test(arguments: [ServiceName.agentSystem, .logger, .watchDog])
  func carriersRestartAfterTheAnswer(_ name: ServiceName) async throws {
    let bench = try Bench()
    let host = await bench.started()
    #expect(await host.ask(bench.request(.restartService(name))) == .done)
    #expect(bench.restarted.isEmpty)
    await bench.clock.waitForSleepers(1)
    bench.clock.advance(by: AgentSystemHost.answerGrace)
    #expect(await bench.nextRestart() == name.rawValue)
  }

  @Test func theProcessRestartsAfterTheAnswerAndKeepsTheSchedule() async throws {
    let bench = try Bench()
    let host = await bench.started()
    #expect(await host.ask(bench.request(.scheduleRestart(.machine, delay: 600, reason: "later"))).refusal == nil)
    #expect(await host.ask(bench.request(.restartSupervisor(reason: "now"))) == .done)
    await bench.clock.waitForSleepers(2)
    bench.clock.advance(by: AgentSystemHost.answerGrace)
    #expect(await bench.nextRestart() == "process: now")
    await host.stop()
    await bench.clock.waitForSleepers(0)
    let after = await bench.started()
    await bench.clock.waitForSleepers(1)
    bench.clock.advance(by: .seconds(599))
    #expect(await bench.nextRestart() == "process: later")
    await after.stop()
  }
}
