import ArchiveLib
import ConnectorSettings
import EventCatalog
import Foundation
import ServiceKit
import SimulatedWorld
import Testing
import World

@testable import LoggerService

@Suite struct LoggerServiceTests {
  @Test func `Every line is in its service's file once the Logger has stopped`() async throws {
    let fixture = try Fixture()
    try await fixture.running { _ in
      for number in 0..<200 {
        fixture.queue.writer(for: .adProvider).write(.info, "number \(number)")
        fixture.queue.writer(for: .watchDog).write(.warning, "bark\n\(number)\u{1b}[2J")
      }
    }
    #expect(fixture.log(.adProvider).split(separator: "\n").map { $0.split(separator: " ").last } == (0..<200).map { "\($0)" })
    #expect(fixture.log(.watchDog).split(separator: "\n").count == 200)
    #expect(fixture.log(.watchDog).contains(" warning watchdog bark\\n7\\u{1b}[2J\n"))
    #expect(try fixture.disk.info("/state/logs/watchdog.log")?.mode == 0o600)
  }

  @Test func `Lines that are logged while the Logger restarts are not lost`() async throws {
    let fixture = try Fixture()
    let log = fixture.queue.writer(for: .adProvider)
    log.write(.info, "before")
    try await fixture.running { _ in log.write(.info, "first") }
    log.write(.info, "between")
    try await fixture.running(incarnation: 2) { _ in log.write(.info, "second") }
    #expect(fixture.log(.adProvider).split(separator: "\n").map { $0.split(separator: " ").last } == ["before", "first", "between", "second"])
    #expect(throws: ServiceUnavailable.self) { try fixture.registry.wire(of: .logger) }
  }

  @Test func `Files are rotated, the oldest goes, and what an earlier configuration kept goes too`() async throws {
    let fixture = try Fixture {
      $0.rotateBytes = 200
      $0.keep = 2
    }
    try fixture.disk.makeDirectory("/state/logs", mode: 0o700)
    for age in 3...4 { try fixture.disk.append("/state/logs/ad-provider.log.\(age)", [1], mode: 0o600, sync: true) }
    try fixture.disk.append("/state/logs/notes.txt", [1], mode: 0o600, sync: true)
    let log = fixture.queue.writer(for: .adProvider)
    try await fixture.running { _ in for number in 0..<40 { log.write(.info, "number \(number)") } }
    #expect(try fixture.disk.list("/state/logs") == ["ad-provider.log", "ad-provider.log.1", "ad-provider.log.2", "notes.txt"])
    let kept = (0...2).reversed().map { fixture.log(.adProvider, $0) }
    for text in kept { #expect(text.utf8.count <= 200) }
    let numbers = kept.joined().split(separator: "\n").compactMap { $0.split(separator: " ").last.flatMap { Int($0) } }
    #expect(numbers == Array((40 - numbers.count)..<40), "the latest, without a gap")
  }

  @Test func `A full disk: an event, no loss while the queue has room, an event, and the lines`() async throws {
    let fixture = try Fixture(capacity: 0)
    let log = fixture.queue.writer(for: .adProvider)
    try await fixture.running { wire in
      log.write(.info, "while full")
      let full = await fixture.sink.next(LoggerEvents.diskFull)
      #expect(full?.message == "The logs cannot be written because the disk is full (/state/logs/ad-provider.log).")
      await fixture.clock.waitForSleepers(1)
      let status = try JSONDecoder().decode(LoggerStatus.self, from: Data(try await wire.call("status", [], from: .cloud)))
      #expect(status.diskFullSince != nil)
      log.write(.info, "still full")
      fixture.disk.setCapacity(100_000)
      fixture.clock.advance(by: LoggerLogic.retryPause)
      let recovered = await fixture.sink.next(LoggerEvents.diskRecovered)
      #expect(recovered?.message == "The logs are written again after 1000 ms; 0 lines were lost.")
    }
    #expect(
      fixture.log(.adProvider).split(separator: "\n").map { $0.split(separator: " ").suffix(2).joined(separator: " ") } == [
        "while full", "still full",
      ])
  }

  @Test func `A log directory that somebody removed is made again`() async throws {
    let fixture = try Fixture()
    let log = fixture.queue.writer(for: .adProvider)
    try await fixture.running { _ in
      try fixture.disk.rename("/state/logs", to: "/state/away", step: "test")
      log.write(.info, "here")
    }
    #expect(fixture.log(.adProvider).hasSuffix("here\n"))
  }

  @Test func `A file that cannot be written is an event, and the other logs go on`() async throws {
    let fixture = try Fixture()
    fixture.disk.fail(.append, at: "/state/logs/ad-provider.log", with: .notPermitted, times: 1)
    try await fixture.running { _ in
      fixture.queue.writer(for: .adProvider).write(.info, "lost")
      #expect(await fixture.sink.next(LoggerEvents.fileFailed) != nil)
      fixture.queue.writer(for: .watchDog).write(.info, "kept")
      fixture.queue.writer(for: .adProvider).write(.info, "again")
      #expect(await fixture.sink.next(LoggerEvents.fileRecovered)?.values["count"] == .integer(1))
    }
    #expect(fixture.log(.watchDog).hasSuffix("kept\n"))
    #expect(fixture.log(.adProvider).contains("again\n") && fixture.log(.adProvider).contains("1 lines of this log were lost before here"))
  }

  @Test func `set-level takes effect at once, is an event, and outlives the Logger`() async throws {
    let fixture = try Fixture()
    let log = fixture.queue.writer(for: .adProvider)
    try await fixture.running { wire in
      log.write(.debug, "too fine")
      _ = try await wire.call("set-level", Array(#"{"level":"debug","service":"ad-provider"}"#.utf8), from: .control(uid: 0))
      #expect(await fixture.sink.next(LoggerEvents.levelChanged)?.message == "The log level of ad-provider is now debug, as user 0 asked.")
      log.write(.debug, "fine")
    }
    try await fixture.running(incarnation: 2) { _ in log.write(.debug, "finer") }
    #expect(fixture.log(.adProvider).split(separator: "\n").map { $0.split(separator: " ").last } == ["fine", "finer"])
  }

  @Test(arguments: [
    ("nonsense", "", WireError.Code.unknownOperation), ("set-level", "", .badRequest), ("set-level", "[1]", .badRequest),
    ("set-level", #"{"level":"loud"}"#, .badRequest), ("set-level", #"{"level":"info","service":"x"}"#, .badRequest),
    ("collect", #"{"maxBytes":0}"#, .badRequest), ("collect", #"{"maxBytes":99999999999}"#, .badRequest),
    ("collect", #"{"maxBytes":"many"}"#, .badRequest),
  ])
  func `A bad request is refused with what was expected`(_ operation: String, _ body: String, _ code: WireError.Code) async throws {
    try await Fixture().running { wire in
      let error = await #expect(throws: WireError.self) { try await wire.call(operation, Array(body.utf8), from: .cloud) }
      #expect(error?.code == code)
      #expect(error?.detail.contains("expected") == true || code == .unknownOperation)
    }
  }

  @Test func `The cloud collects the logs as an archive that tar reads`() async throws {
    let fixture = try Fixture()
    fixture.queue.writer(for: .adProvider).write(.info, "collected")
    try await fixture.running { _ in }
    try await fixture.running(incarnation: 2) { wire in
      let archive = try await wire.call("collect", [], from: .cloud)
      let entries = try TarGzip.entries(of: archive, limit: 1_000_000)
      #expect(entries.map(\.name) == ["manifest.json", "logs/ad-provider.log"])
      #expect(entries.last.map { String(decoding: $0.bytes, as: UTF8.self) } == fixture.log(.adProvider))
      let manifest = try JSONDecoder().decode(LogCollection.Manifest.self, from: Data(entries[0].bytes))
      #expect(manifest.connector == "c1.lab" && manifest.leftOut.isEmpty)
      let event = await fixture.sink.next(LoggerEvents.collected)
      #expect(event?.message == "The logs were collected for the cloud: 1 files in \(archive.count) bytes, 0 left out.")
      #expect(try names(inTar: archive) == ["manifest.json", "logs/ad-provider.log"])
    }
  }

  @Test func `An archive is bounded: the newest logs of all services come first, and the rest is named`() async throws {
    let fixture = try Fixture()
    try fixture.disk.makeDirectory("/state/logs", mode: 0o700)
    for name in ["ad-provider.log", "ad-provider.log.1", "ad-provider.log.2", "watchdog.log", "watchdog.log.1"] {
      try fixture.disk.append("/state/logs/\(name)", [UInt8](repeating: 120, count: 100), mode: 0o600, sync: true)
    }
    try await fixture.running { wire in
      let archive = try await wire.call("collect", Array(#"{"maxBytes":350}"#.utf8), from: .cloud)
      let entries = try TarGzip.entries(of: archive, limit: 10_000)
      #expect(entries.dropFirst().map(\.name) == ["logs/ad-provider.log", "logs/watchdog.log", "logs/ad-provider.log.1"])
      let manifest = try JSONDecoder().decode(LogCollection.Manifest.self, from: Data(entries[0].bytes))
      #expect(manifest.leftOut.map(\.name) == ["watchdog.log.1", "ad-provider.log.2"])
    }
  }

  @Test(arguments: [
    ("ad-provider.log", 0), ("ad-provider.log.12", 12), ("ad-provider.log.0", nil), ("ad-provider.log.01", nil), ("x.log", nil), ("", nil),
  ])
  func `Only our own files are logs`(_ name: String, _ age: Int?) { #expect(LogNames.parse(name)?.age == age) }

  private func names(inTar archive: [UInt8]) throws -> [String] {
    let file = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID().uuidString).tar.gz")
    defer { try? FileManager.default.removeItem(at: file) }
    try Data(archive).write(to: file)
    let process = Process()
    let pipe = Pipe()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["tar", "-tzf", file.path]
    process.standardOutput = pipe
    try process.run()
    let output = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return String(decoding: output, as: UTF8.self).split(separator: "\n").map(String.init)
  }
}

@Suite struct ArchiveTests {
  private let entries = [
    ArchiveEntry(name: "a", bytes: [], modified: WallTime(seconds: 1)),
    ArchiveEntry(name: String(repeating: "long/", count: 60) + "ü", bytes: Array("hello".utf8), modified: WallTime(seconds: 1_795_000_000)),
    ArchiveEntry(name: "big", bytes: (0..<300_000).map { UInt8(truncatingIfNeeded: $0 &* $0) }, modified: WallTime(seconds: 2)),
  ]

  @Test func `What goes in comes out, and the same entries give the same bytes`() throws {
    let archive = try TarGzip.archive(entries)
    #expect(try TarGzip.entries(of: archive, limit: 1_000_000) == entries)
    #expect(try TarGzip.archive(entries) == archive)
    #expect(try TarGzip.entries(of: try TarGzip.archive([]), limit: 0).isEmpty)
  }

  @Test func `Damage and excess are errors`() throws {
    let archive = try TarGzip.archive(entries)
    #expect(throws: ArchiveError.self) { try TarGzip.entries(of: Array(archive.dropLast(archive.count / 2)), limit: 1_000_000) }
    #expect(throws: ArchiveError.self) { try TarGzip.entries(of: [1, 2, 3], limit: 1_000_000) }
    #expect(throws: ArchiveError.self) { try TarGzip.entries(of: archive, limit: 300_000) }
  }
}
