import EventCatalog
import EventLogs
import Systemd
import Testing
import World

@Suite struct EventLogReaderTests {
  static let records = [
    Told.record(1, .daemonStarted(version: "1.2.3.4", fqdn: "c1.lab", directory: "/var/lib/connectord")),
    Told.record(
      2, .connectorElected("c1.lab", before: nil, isSelf: true, reason: "the first by name", candidates: ["c1.lab"]), from: .highAvailability),
    Told.record(3, .daemonDegraded(reason: "line one\nline two \"quoted\"")),
    Told.record(4, .linkBackingOff(attempt: 3, kind: "timeout", wait: 1_500)),
  ]

  @Test func `What events.file holds comes back as it was, also over empty lines`() throws {
    let text = "\n" + (try Self.records.map { try EventLine($0).jsonLine() }.joined(separator: "\n\n")) + "\n"
    let log = try EventLogReader.read(Array(text.utf8), file: "events.jsonl")
    #expect(log.records == Self.records)
    #expect(log.cutOff == 0 && log.foreign == 0)
  }

  @Test func `What journalctl writes comes back as it was`() throws {
    let lines = Self.records.map { Journal.line(JournalEntry($0, identifier: "connectord").fields, at: $0.time) }
    let other = #"{"__REALTIME_TIMESTAMP":"1","MESSAGE":"of somebody else","_PID":"1"}"#
    let log = try EventLogReader.read(Array((lines + [other]).joined(separator: "\n").utf8), file: "journal")
    #expect(log.records == Self.records)
    #expect(log.foreign == 1)
  }

  @Test func `A field that the journal has as bytes, and one that is too long, are read`() throws {
    let entry =
      #"{"__REALTIME_TIMESTAMP":"5000000","CONNECTOR_CODE":"10052","CONNECTOR_SEQUENCE":"7","CONNECTOR_BOOT":"b","CONNECTOR_NAME":"c1","#
      + #""CONNECTOR_REASON":[104,105,7],"MESSAGE":null,"_X":["a","b"]}"#
    let log = try EventLogReader.read(Array(entry.utf8), file: "journal")
    #expect(log.records.map(\.event) == [.daemonDegraded(reason: "hi\u{7}")])
    #expect(log.records.first?.time == WallTime(seconds: 5))
  }

  @Test func `An event of a later version keeps its number`() throws {
    let line = try EventLine(Self.records[0]).jsonLine().replacing("\"code\":10050", with: "\"code\":19999")
    let log = try EventLogReader.read(Array(line.utf8), file: "events.jsonl")
    #expect(log.records.map(\.sequence) == [1] && log.records.first?.event.definition.code == 19_999)
    #expect(Verification(VerificationInput(log)).notes.contains { $0.contains("19999") })
  }

  /// What is wrong, and what is said about it.
  static let wrong = [
    ("no json", "events.jsonl:2: this is no JSON"), (#"{"a":1}"#, "events.jsonl:2: this is no event"), ("[1]", "events.jsonl:2: this is no event"),
    (#"{"__CURSOR":"x","CONNECTOR_CODE":"10050"}"#, "events.jsonl:2: an entry with CONNECTOR_CODE has no CONNECTOR_SEQUENCE"),
    (
      #"{"__CURSOR":"x","CONNECTOR_CODE":"ten","CONNECTOR_SEQUENCE":"1"}"#,
      "events.jsonl:2: CONNECTOR_CODE is 'ten'; expected a whole number"
    ),
  ]
  @Test(arguments: wrong) func `What is no event is refused with file and line`(_ line: String, _ says: String) throws {
    let good = try EventLine(Self.records[0]).jsonLine()
    let problem = #expect(throws: EventLogProblem.self) {
      try EventLogReader.read(Array("\(good)\n\(line)\n\(good)\n".utf8), file: "events.jsonl")
    }
    #expect(problem?.description.hasPrefix(says) == true, "\(problem?.description ?? "")")
  }

  @Test func `A line that a crash cut off is left out and counted`() throws {
    let good = try EventLine(Self.records[0]).jsonLine()
    for text in ["\(good)\n{\"time\":\"20", "{\"time\":\"20\n\n\(good)\n"] {
      let log = try EventLogReader.read(Array(text.utf8), file: "events.jsonl")
      #expect(log.records == [Self.records[0]] && log.cutOff == 1)
    }
  }
}
