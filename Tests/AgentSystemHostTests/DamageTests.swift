import AgentSystem
import AgentSystemHost
import SimulatedWorld
import Testing
import World

@Suite struct DamageTests {
  private func filled() async throws -> (Bench, [UInt8]) {
    let bench = try Bench()
    let host = await bench.started()
    #expect(await host.ask(bench.request(.setMaintenance(true, reason: "patching"))) == .done)
    #expect(await host.ask(bench.request(.registryWrite(KnownRegistryKeys.pendingFileRenames, .strings(["a", "b"])))) == .done)
    _ = bench.events()
    return (bench, try bench.files.read(Bench.record))
  }

  @Test func everyFlippedByteIsFound() async throws {
    let (_, bytes) = try await filled()
    for index in bytes.indices {
      var bad = bytes
      bad[index] ^= 0x20
      #expect(throws: StateRecord.Damage.self, "byte \(index)") { try StateRecord.decode(bad) }
    }
  }

  @Test func everyTruncationIsFound() async throws {
    let (_, bytes) = try await filled()
    for count in bytes.indices { #expect(throws: StateRecord.Damage.self, "\(count) bytes") { try StateRecord.decode(Array(bytes.prefix(count))) } }
  }

  @Test func damageIsMovedAsideReportedAndBegunAnew() async throws {
    let (bench, bytes) = try await filled()
    bench.files.truncate(Bench.record, to: bytes.count / 2)
    let host = await bench.started()
    #expect(bench.events() == ["agent-system.registry-rebuilt", "agent-system.started"])
    #expect(await host.ask(bench.request(.registryRead(KnownRegistryKeys.inMaintenance))).registry == .integer(0))
    #expect(await host.ask(bench.request(.registryRead(KnownRegistryKeys.configured))).registry == .integer(1))
    let aside = try #require(try bench.files.list(Bench.directory).first { $0.contains("damaged") })
    #expect(try bench.files.read("\(Bench.directory)/\(aside)") == Array(bytes.prefix(bytes.count / 2)))
    #expect(await host.ask(bench.request(.setMaintenance(true, reason: "again"))) == .done)
    #expect(try StateRecord.decode(try bench.files.read(Bench.record)).inMaintenance)
  }

  /// What can neither be read nor moved must not be overwritten: it may be all right once the disk is.
  @Test func whatCannotBeMovedAsideIsNotOverwritten() async throws {
    let (bench, bytes) = try await filled()
    bench.files.fail(.read, at: Bench.record, with: .notPermitted)
    bench.files.fail(.rename)
    let host = await bench.started()
    #expect(bench.events().contains("agent-system.registry-unusable"))
    #expect(await host.ask(bench.request(.setMaintenance(false, reason: ""))).refusal == .storageFailed)
    bench.files.healFailures()
    #expect(try bench.files.read(Bench.record) == bytes)
    // As soon as it can be read again it counts again, without a restart.
    #expect(await host.ask(bench.request(.registryRead(KnownRegistryKeys.inMaintenance))).registry == .integer(1))
    #expect(await host.ask(bench.request(.setMaintenance(false, reason: ""))) == .done)
  }

  @Test func aFullDiskRefusesAndWritesNothing() async throws {
    let (bench, bytes) = try await filled()
    let host = await bench.started()
    let used = try bench.files.list(Bench.directory).reduce(0) { $0 + (Int(try bench.files.info("\(Bench.directory)/\($1)")?.size ?? 0)) }
    bench.files.setCapacity(used)
    #expect(await host.ask(bench.request(.setMaintenance(false, reason: ""))).refusal == .auditUnavailable)
    // Room for the audit, not for the record.
    bench.files.setCapacity(used + 900)
    let refused = await host.ask(bench.request(.setMaintenance(false, reason: "")))
    #expect(refused.refusal == .storageFull)
    #expect(try bench.files.read(Bench.record) == bytes)
    #expect(await host.ask(bench.request(.scheduleRestart(.machine, delay: 1, reason: ""))).refusal != nil)
    bench.files.setCapacity(.max)
    #expect(await host.ask(bench.request(.registryRead(KnownRegistryKeys.inMaintenance))).registry == .integer(1))
    #expect(await host.ask(bench.request(.setMaintenance(false, reason: ""))) == .done)
    #expect(bench.restarted.isEmpty)
  }
}
