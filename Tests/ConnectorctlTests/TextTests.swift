import CloudAPI
import ConnectorctlCommands
import ControlAPI
import EventCatalog
import Testing
import World

@Suite struct TextTests {
  @Test func columnsAlign() {
    var table = TextTable(["NAME", "VALUE"])
    table.add(["a", "1"])
    table.add(["longer", ""])
    #expect(table.text == "NAME    VALUE\na       1\nlonger\n")
  }

  @Test func whatStrangersWroteCannotSteerTheTerminal() {
    var table = TextTable()
    table.add(["\u{1b}[2Jx\ny", "z"])
    #expect(!table.text.contains("\u{1b}"))
    #expect(table.text.filter { $0 == "\n" }.count == 1)
  }

  static let report = StatusReport(
    connector: "c1.corp.example", id: "7f3a", customer: "acme", resourceLocation: "rl-1", cloud: "https://127.0.0.1:7443", version: "0.1.0.1",
    health: HealthVerdict(state: .degraded, reasons: ["The cloud is out of reach."]), state: "6 of 7 services up.",
    link: LinkStatus(
      state: .backingOff, since: WallTime(seconds: 1_795_253_400), failure: LinkFailure(.connect, "refused"), attempts: 4),
    election: ElectionReport(
      elected: "c0.corp.example", isSelf: false, reason: "first by name of 2", candidates: ["c0.corp.example", "c1.corp.example"]),
    configurationRevision: 12, servicesUp: 6, servicesTotal: 7, lastContactAge: 61.2, uptimeSeconds: 7_530,
    startedAt: WallTime(seconds: 1_795_246_000),
    boot: "b0b0", processID: 4242, stateDirectory: "/var/lib/connectord", inMaintenance: false, problems: ["The disk is full."])

  @Test func statusForPeople() {
    #expect(
      StatusText.text(Self.report) == """
        connector          c1.corp.example (7f3a)
        health             degraded
        state              6 of 7 services up.
        link               waiting to try again since 2026-11-21T09:30:00Z (connect: refused)
        last contact       1m 1s ago
        cloud              https://127.0.0.1:7443
        resource location  rl-1 of acme
        election           c0.corp.example is elected: first by name of 2
        configuration      revision 12
        services           6 of 7 up
        version            0.1.0.1
        up for             2h 5m, since 2026-11-21T07:26:40Z
        process            4242, boot b0b0
        state directory    /var/lib/connectord
        problems
          - The disk is full.

        """)
  }

  @Test func statusOfADeletedConnector() {
    var report = Self.report
    report.id = nil
    report.link.state = .deleted
    let text = StatusText.text(report)
    #expect(text.contains("connector          c1.corp.example, not registered"))
    #expect(text.contains("link               deleted in the cloud since 2026-11-21T09:30:00Z; register it again"))
  }

  @Test func statusBeforeTheFirstContact() {
    var report = Self.report
    report.id = nil
    report.lastContactAge = nil
    report.configurationRevision = nil
    report.election = nil
    report.inMaintenance = true
    report.problems = []
    let text = StatusText.text(report)
    #expect(text.contains("c1.corp.example, not registered"))
    #expect(text.contains("none since the start"))
    #expect(text.contains("none imported yet"))
    #expect(text.contains("not known yet"))
    #expect(text.contains("maintenance        on"))
    #expect(!text.contains("problems"))
  }

  @Test func servicesForPeople() {
    let rows = [
      ServiceReport(
        name: .logger, state: "ready", up: true, simulated: true, restarts: 2, since: WallTime(seconds: 1_795_253_400), lastFailure: "crashed"),
      ServiceReport(name: .webRelay, state: "disabled", up: false, simulated: false, restarts: 0),
    ]
    #expect(
      StatusText.text(rows) == """
        SERVICE    STATE                     RESTARTS  SINCE                 RUNS AS          LAST FAILURE
        logger     ready                     2         2026-11-21T09:30:00Z  Network Service  crashed
        web-relay  disabled (not simulated)  0         -                     Network Service  -

        """)
  }

  @Test(arguments: [
    (0.0, "0.0 s"), (0.44, "0.4 s"), (9.94, "9.9 s"), (9.96, "10 s"), (59.4, "59 s"), (60, "1m 0s"), (3_599, "59m 59s"), (3_600, "1h 0m"),
    (90_000, "1d 1h"), (-1, "?"), (.infinity, "?"), (.nan, "?"),
  ])
  func ages(_ seconds: Double, _ text: String) { #expect(StatusText.age(seconds) == text) }

  @Test func anEventForPeople() {
    let event = Event.linkConnected(cloud: "x:1", elapsed: 12)
    let record = EventRecord(
      event: event, sequence: 7, boot: "b", time: WallTime(microseconds: 1_795_253_400_123_000), connector: "c1", service: .logger)
    #expect(
      EventText.line(EventLine(record))
        == "2026-11-21T09:30:00.123Z #7 notice 10000 link.connected c1/logger: Connected to the cloud at x:1 in 12 ms.\n")
  }

  @Test func jsonOfAnyShapeIsReadable() {
    #expect(JSONText.text(["b": 1, "a": "x", "none": .null], columns: ["b"]) == "b     1\na     x\nnone  -\n")
    #expect(JSONText.text([["n": "a", "v": 1], ["n": "b", "w": true]]) == "N  V  W\na  1  -\nb  -  yes\n")
    #expect(JSONText.text(["names": ["a", "b"], "rows": [["x": 1]]]) == "names  a, b\n\nrows\nX\n1\n")
    #expect(JSONText.text(["a": ["y": 1, "x": ["z": true]], "b": 2]) == "a x  z=yes\na y  1\nb    2\n")
    #expect(JSONText.text([]) == "none\n")
    #expect(JSONText.text("x") == "x\n")
  }

  @Test(arguments: [
    ("userPrincipalName", "user principal name"), ("sid", "SID"), ("netBIOS", "NetBIOS"), ("dnsHostName", "DNS host name"), ("isSelf", "is self"),
    ("dueAt", "due at"), ("ad-provider", "ad-provider"), ("", ""),
  ])
  func keysInWords(_ key: String, _ words: String) { #expect(JSONText.heading(key) == words) }

  @Test func aFoundUserIsShownInWordsAndItsJSONIsNot() throws {
    let answer: JSONValue = ["principal": ["userPrincipalName": "alice@x", "sid": "S-1"], "asOf": "now", "pendingRestart": ["dueAt": "then"]]
    #expect(
      JSONText.text(answer, columns: ["userPrincipalName"]) == """
        as of                   now
        pending restart due at  then
        user principal name     alice@x
        SID                     S-1

        """)
    #expect(JSONText.text([["displayName": "A"]]) == "DISPLAY NAME\nA\n")
    #expect(try ControlCoding.line(answer).contains(#""principal":{"sid":"S-1","userPrincipalName":"alice@x"}"#))
  }

  @Test(
    arguments: [
      ("1", .integer, .integer(1)), ("-9", .integer, .integer(-9)), ("1x", .integer, nil), ("99999999999999999999", .integer, nil),
      ("yes", .boolean, true),
      ("OFF", .boolean, false), ("maybe", .boolean, nil), ("a;b", .strings, ["a", "b"]), ("", .strings, []), ("a;b", .string, "a;b"),
    ] as [(String, RegistryText.ValueType, JSONValue?)])
  func registryValuesAreRead(_ text: String, _ type: RegistryText.ValueType, _ value: JSONValue?) {
    #expect(RegistryText.parse(text, as: type) == value.map { RegistryValue(type: type.rawValue, value: $0) })
  }

  @Test func differencesForPeople() {
    let diff = ConfigDiff(changes: [
      ConfigDiff.Change(path: "a.b", current: 1, candidate: 2), ConfigDiff.Change(path: "c", current: nil, candidate: "x"),
    ])
    #expect(ConfigText.text(diff) == "- a.b: 1\n+ a.b: 2\n+ c: x\n")
    #expect(ConfigText.text(ConfigDiff()) == "no difference\n")
    #expect(ConfigText.text(ConfigDiff(problems: ["line 3"])) == "problem: line 3\n")
  }
}
