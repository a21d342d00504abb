import EventCatalog
import EventHub
import Foundation
import Testing
import World

private func record(_ event: Event, service: ServiceName? = nil) -> EventRecord {
  EventRecord(
    event: event, sequence: 7, boot: "0123", time: WallTime(microseconds: 1_795_253_400_123_456), connector: "c1", service: service)
}

@Suite struct EventFormTests {
  @Test func `The human line`() {
    let line = EventLine(record(.linkConnected(cloud: "cloud.lab:443", elapsed: 9))).humanLine
    #expect(line == "2026-11-21T09:30:00.123Z notice 10000 link.connected c1 Connected to the cloud at cloud.lab:443 in 9 ms.")
    #expect(EventLine(record(.logDiskFull(path: "/x"), service: .logger)).humanLine.contains(" logger.disk-full c1/logger The logs "))
  }

  @Test func `A stranger's text stays within its line`() throws {
    let form = EventLine(record(.daemonDegraded(reason: "x\n2026-11-21T09:30:00.123Z notice 10051 forged\u{1b}[2J")))
    #expect(!form.humanLine.contains("\n") && !form.humanLine.contains("\u{1b}"))
    #expect(!(try form.jsonLine()).contains("\n"))
  }

  @Test func `The JSON line has the stable keys, typed fields, and comes back as it was`() throws {
    let form = EventLine(record(.linkConnected(cloud: "ü \"q\"", elapsed: 9), service: .adProvider))
    let line = try form.jsonLine()
    let object = try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
    #expect(
      Set(object.keys) == [
        "time", "boot", "sequence", "code", "name", "message_id", "provider", "severity", "connector", "service", "message", "advice", "fields",
        "vendor",
      ])
    #expect(object["time"] as? String == "2026-11-21T09:30:00.123456Z")
    #expect((object["fields"] as? [String: Any])?["elapsed"] as? Int == 9)
    #expect((object["vendor"] as? [String: Any])?["id"] as? Int == 10000)
    #expect(try EventLine(jsonLine: line) == form)
    #expect(try form.jsonLine() == line, "equal records give equal lines")
    #expect(throws: DecodingError.self) { try EventLine(jsonLine: #"{"time":"yesterday"}"#) }
  }

  @Test func `Field values keep their types`() throws {
    let definition = EventDefinition(
      1, "t.t", id: "0", .agent, .info, "{a}", advice: "",
      fields: [EventField("a", .flag, ""), EventField("b", .integer, ""), EventField("c", .text, "")])
    let form = EventLine(record(definition.event(["a": .flag(true), "b": .integer(1), "c": .text("1")])))
    #expect(try EventLine(jsonLine: try form.jsonLine()).fields == ["a": .flag(true), "b": .number(1), "c": .text("1")])
  }

  @Test(arguments: StandardErrorOutput.Format.allCases) func `Standard error gets whole lines, a long one too`(_ format: StandardErrorOutput.Format)
    throws
  {
    let pipe = Pipe()
    let output = StandardErrorOutput(format, descriptor: pipe.fileHandleForWriting.fileDescriptor)
    let long = String(repeating: "x", count: 200_000)
    // On a thread of its own: a task might have to wait for the very thread that reads here.
    DispatchQueue(label: "writer").async {
      output.write(record(.daemonDegraded(reason: long)))
      output.write(record(.daemonDegraded(reason: "short")))
      try? pipe.fileHandleForWriting.close()
    }
    let text = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    let lines = text.split(separator: "\n")
    #expect(lines.count == 2 && text.hasSuffix("\n"))
    #expect(lines.first?.contains(long) == true && lines.last?.contains("short") == true)
    if format == .json { #expect(try EventLine(jsonLine: String(lines[1])).sequence == 7) }
  }

  @Test func `A closed standard error is no reason to fail`() {
    StandardErrorOutput(descriptor: -1).write(record(.daemonDegraded(reason: "x")))
    #expect(StandardErrorOutput().name == "stderr")
  }
}
