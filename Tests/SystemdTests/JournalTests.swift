import EventCatalog
import EventHub
import Foundation
import Systemd
import Testing
import World

@Suite struct JournalEntryTests {
  /// An entry with a field of two lines.
  static func sample(boot: String) -> EventRecord {
    EventRecord(
      event: .daemonDegraded(reason: "line one\nline two"), sequence: 7, boot: boot, time: WallTime(seconds: 1_795_000_000), connector: "c1",
      service: .adProvider)
  }

  private let record = EventRecord(
    event: .linkConnected(cloud: "cloud.lab:443", elapsed: 9), sequence: 7, boot: "0123", time: WallTime(seconds: 1_795_000_000), connector: "c1",
    service: .adProvider)

  @Test func `An entry has the journal's own fields, the envelope and the event's fields`() {
    let entry = JournalEntry(record, identifier: "connectord")
    let fields = Dictionary(uniqueKeysWithValues: entry.fields.map { ($0.name, $0.value) })
    #expect(
      fields == [
        "MESSAGE": "Connected to the cloud at cloud.lab:443 in 9 ms.", "MESSAGE_ID": "8c1a3a0c54d04f2c9d5e0d5f6f6b1a01", "PRIORITY": "5",
        "SYSLOG_IDENTIFIER": "connectord-ad-provider", "CONNECTOR_NAME": "c1", "CONNECTOR_BOOT": "0123", "CONNECTOR_SEQUENCE": "7",
        "CONNECTOR_CODE": "10000", "CONNECTOR_EVENT": "link.connected", "CONNECTOR_PROVIDER": "Agent", "CONNECTOR_EMITTER": "ad-provider",
        "CONNECTOR_ADVICE": "Nothing to do: the connector is reachable by its cloud.", "CONNECTOR_VENDOR_PROVIDER": "Citrix Cloud Agent",
        "CONNECTOR_VENDOR_ID": "10000", "CONNECTOR_CLOUD": "cloud.lab:443", "CONNECTOR_ELAPSED": "9",
      ])
  }

  @Test func `The daemon's own events carry the plain identifier`() {
    var own = record
    own.service = nil
    let fields = JournalEntry(own, identifier: "connectord").fields
    #expect(fields.first { $0.name == "SYSLOG_IDENTIFIER" }?.value == "connectord")
    #expect(fields.first { $0.name == "CONNECTOR_EMITTER" }?.value == "daemon")
  }

  @Test(arguments: Catalog.all.map(\.code)) func `No event's fields hide the envelope`(_ code: Int) throws {
    let definition = try #require(Catalog.definition(code: code))
    var each = record
    each.event = definition.event(Dictionary(definition.fields.map { ($0.name, EventValue.integer(1)) }, uniquingKeysWith: { a, _ in a }))
    let names = JournalEntry(each, identifier: "connectord").fields.map(\.name)
    #expect(Set(names).count == names.count, "\(definition.name)")
    for name in names { #expect(name.wholeMatch(of: /[A-Z][A-Z0-9_]{0,63}/) != nil, "\(name)") }
    let reserved = Set(Catalog.reservedFields.map { "CONNECTOR_\($0.uppercased())" })
    let envelope = names.prefix(names.count - definition.fields.count).filter { $0.hasPrefix("CONNECTOR_") }
    #expect(reserved.isSuperset(of: envelope), "Catalog.reservedFields names the envelope")
  }

  @Test(.enabled(if: !JournalOutput.isAvailable, "this machine has a journal")) func `Without a journal an entry is not sent and nothing fails`() {
    let output = JournalOutput()
    output.write(record)
    #expect(output.failures == 0 && output.name == "journal")
  }

  @Test(.enabled(if: JournalOutput.isAvailable, "no journal here: /run/systemd/journal/socket is missing"))
  func `An entry comes back from the journal`() throws {
    let boot = UUID().uuidString
    let output = JournalOutput()
    output.write(Self.sample(boot: boot))
    #expect(output.failures == 0)
    // Another process stores it: ask until it has, with a limit.
    let deadline = ContinuousClock.now + .seconds(30)
    var found = ""
    repeat { found = try journal("CONNECTOR_BOOT=\(boot)") } while found.isEmpty && ContinuousClock.now < deadline
    let object = try #require(try JSONSerialization.jsonObject(with: Data(found.utf8)) as? [String: Any])
    #expect(object["CONNECTOR_REASON"] as? String == "line one\nline two")
    #expect(object["MESSAGE_ID"] as? String == DaemonEvents.degraded.messageID)
    #expect(object["SYSLOG_IDENTIFIER"] as? String == "connectord-ad-provider")
    #expect(object["CODE_FILE"] == nil)
  }

  private func journal(_ match: String) throws -> String {
    let process = Process()
    let pipe = Pipe()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["journalctl", "-o", "json", "-n", "1", "-q", match]
    process.standardOutput = pipe
    try process.run()
    let output = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return String(decoding: output, as: UTF8.self)
  }
}
