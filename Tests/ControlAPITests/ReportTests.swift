import ConnectorSettings
import ControlAPI
import EventCatalog
import Testing
import World

@Suite struct ReportTests {
  static func record(_ sequence: UInt64, at seconds: Int64, _ event: Event) -> EventRecord {
    EventRecord(event: event, sequence: sequence, boot: "b0", time: WallTime(seconds: seconds), connector: "c1", service: nil)
  }

  static let records = [
    record(1, at: 100, .controlListening(path: "/a")), record(2, at: 200, .linkConnected(cloud: "x:1", elapsed: 12)),
    record(3, at: 300, .controlListening(path: "/b")),
  ]

  @Test(
    arguments: [
      (EventQuery(), [1, 2, 3]), (EventQuery(since: WallTime(seconds: 200)), [2, 3]), (EventQuery(codes: [10150]), [1, 3]),
      (EventQuery(codes: [10000, 10150], limit: 2), [2, 3]), (EventQuery(limit: 0), []), (EventQuery(limit: -5), []),
      (EventQuery(since: WallTime(seconds: 301)), []), (EventQuery(codes: [1]), []),
    ] as [(EventQuery, [UInt64])])
  func queriesSelect(_ query: EventQuery, _ sequences: [UInt64]) { #expect(query.select(Self.records).map(\.sequence) == sequences) }

  @Test func anEventAsJSONHasEveryStableKey() throws {
    let line = try ControlCoding.line(EventLine(Self.records[1]))
    #expect(line.contains(#""fields":{"cloud":"x:1","elapsed":12}"#))
    #expect(line.contains(#""time":"1970-01-01T00:03:20.000000Z""#))
    #expect(line.contains(#""message":"Connected to the cloud at x:1 in 12 ms.""#))
    for key in ["advice", "boot", "code", "connector", "message_id", "name", "provider", "sequence", "severity", "vendor"] {
      #expect(line.contains("\"\(key)\":"), "\(key)")
    }
    #expect(try ControlCoding.decode(EventLine.self, from: Array(line.utf8)) == EventLine(Self.records[1]))
  }

  @Test func aDiffNamesEachChangedKey() throws {
    let identity = ConnectorConfiguration.Identity(
      fqdn: "c1.corp.example", customer: "acme", resourceLocation: "r", clientID: "i", clientSecretFile: "/s")
    let current = ConnectorConfiguration(connector: identity, cloud: ConnectorConfiguration.Cloud(url: "https://localhost:1", caFile: "/ca"))
    var candidate = current
    #expect(try ConfigDiff(from: current, to: candidate) == ConfigDiff())
    candidate.events.ring = 7
    candidate.cloud.silenceLimit = TimeSpan(.seconds(20))
    candidate.directory.file = "/d.yaml"
    let diff = try ConfigDiff(from: current, to: candidate)
    #expect(
      diff.changes == [
        ConfigDiff.Change(path: "cloud.silenceLimit", current: "15s", candidate: "20s"),
        ConfigDiff.Change(path: "directory.file", current: nil, candidate: "/d.yaml"),
        ConfigDiff.Change(path: "events.ring", current: 4096, candidate: 7),
      ])
  }

  @Test func socketPathsAreChecked() throws {
    let longest = "/" + String(repeating: "a", count: 106)
    #expect(try SocketPath(longest).text == longest)
    let error = #expect(throws: SocketPathError.self) { try SocketPath(longest + "b") }
    #expect(error?.description.contains("107") == true)
    #expect(error?.description.contains(longest) == true)
    // Bytes count, not characters.
    #expect(throws: SocketPathError.self) { try SocketPath("/" + String(repeating: "ü", count: 54)) }
    #expect(throws: SocketPathError.notAbsolute("a.sock")) { try SocketPath("a.sock") }
    #expect(throws: SocketPathError.self) { try SocketPath("/a\u{0}b") }
  }

  @Test func controlEventsAreWellFormed() {
    let all = ControlEvents.all
    #expect(Set(all.map(\.code)).count == all.count)
    #expect(Set(all.map(\.messageID)).count == all.count)
    for event in all {
      #expect((10150...10199).contains(event.code))
      #expect(event.messageID.count == 32)
    }
    let occurrences: [Event] = [
      .controlListening(path: "/a"), .controlPeerRefused(uid: 1, pid: 2, owner: 3), .controlBadFrame(uid: 1, reason: "r"),
      .controlTooManyConnections(limit: 64), .controlPeerSilent(uid: 1, midFrame: true, waited: 5), .controlStaleSocketRemoved(path: "/a"),
      .controlChanged(uid: 0, request: "restart", outcome: "done"),
    ]
    #expect(occurrences.map(\.definition) == all.sorted { $0.code < $1.code })
    for event in occurrences { #expect(!event.message.contains("?") && !event.message.contains("{"), "\(event.message)") }
  }
}
