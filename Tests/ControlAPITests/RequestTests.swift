import CloudAPI
import ControlAPI
import Testing
import World

@Suite struct RequestTests {
  static let all: [ControlRequest] = [
    .hello(peer: ControlHello(software: "connectorctl")), .status, .health, .services, .restart(service: .logger),
    .events(query: EventQuery(since: WallTime(seconds: 1_800_000_000), codes: [10000, 10150], limit: 20, follow: true)),
    .events(query: EventQuery()), .registryGet(path: #"HKLM\Software\Citrix\A"#),
    .registrySet(path: #"HKLM\Software\Citrix\A"#, value: RegistryValue(type: "integer", value: 1)), .registryList(prefix: ""),
    .registryDelete(path: #"HKLM\Software\Citrix\A"#), .configShow, .configDiff(candidate: "connector:\n  fqdn: ü\n"), .version,
    .fault(service: .adProvider, kind: .hang), .faults,
    .service(service: .adProvider, operation: "find", body: ["kind": "user", "deep": [1, true, .null, .number(1.5), ["x": "y"]]]),
  ]

  static let answers: [ControlAnswer] = [
    .hello(peer: ControlHello(software: "connectord 1")), .health(verdict: HealthVerdict(state: .degraded, reasons: ["a"])),
    .done(sentence: "Restarted."),
    .services(rows: ServiceName.allCases.map { ServiceReport(name: $0, state: "disabled", up: false, simulated: false, restarts: 0) }),
    .end(count: 3),
    .registry(entries: [RegistryEntry(path: #"HKLM\A\B"#, value: RegistryValue(type: "strings", value: ["a", "b"]))]),
    .config(value: ["a": ["b": 1]], sources: ["a.b": "built in"]),
    .configDiff(diff: ConfigDiff(changes: [ConfigDiff.Change(path: "a.b", current: nil, candidate: 1)], problems: [])),
    .version(report: VersionReport(version: "1", boot: "b")), .service(body: .null), .bytes(content: ByteContent([0, 255, 1])),
    .failure(reason: ControlFailure(.denied, "no")),
    .faults(rows: [HeldFault(id: 3, fault: FaultOrder(on: "service:c1/logger", kind: "latency", value: "1s"), left: 1200)]),
  ]

  @Test(arguments: all) func requestsComeBackAsTheyWent(_ request: ControlRequest) throws {
    #expect(try ControlCoding.decode(ControlRequest.self, from: try ControlCoding.json(request)) == request)
  }

  @Test(arguments: answers) func answersComeBackAsTheyWent(_ answer: ControlAnswer) throws {
    #expect(try ControlCoding.decode(ControlAnswer.self, from: try ControlCoding.json(answer)) == answer)
  }

  /// Other versions of connectorctl speak to this connector: these bytes are a promise.
  @Test(arguments: [
    (ControlRequest.hello(peer: ControlHello(software: "x")), #"{"hello":{"peer":{"protocol":1,"software":"x"}}}"#),
    (.status, #"{"status":{}}"#), (.restart(service: .logger), #"{"restart":{"service":"logger"}}"#),
    (.events(query: EventQuery(codes: [10000])), #"{"events":{"query":{"codes":[10000],"follow":false}}}"#),
    (.fault(service: .watchDog, kind: .crash), #"{"fault":{"kind":"crash","service":"watchdog"}}"#),
    (
      .service(service: .adProvider, operation: "find", body: ["name": "a/b"]),
      #"{"service":{"body":{"name":"a/b"},"operation":"find","service":"ad-provider"}}"#
    ),
  ])
  func theBytesAreStable(_ request: ControlRequest, _ json: String) throws {
    #expect(try ControlCoding.line(request) == json)
  }

  @Test(arguments: [
    (#"{"restart":{}}"#, "'service' is missing at restart"), (#"{"restart":{"service":"nobody"}}"#, "restart.service"),
    (#"{"restart":{"service":7}}"#, "restart.service"), (#"{}"#, "expected one"), (#"{"status":{},"health":{}}"#, "expected one"),
    (#"{"unheard":{}}"#, "expected one"), ("[]", "expected at the top level"), ("{", "top level"), ("", "top level"),
    ("{\"status\":{}} x", "top level"),
    ("\u{0}", "top level"),
  ])
  func whatIsNotARequestSaysWhatAndWhere(_ json: String, _ words: String) {
    let error = #expect(throws: FrameError.self) { try ControlCoding.decode(ControlRequest.self, from: Array(json.utf8)) }
    #expect(error?.description.contains(words) == true, "\(error.map(String.init(describing:)) ?? "none")")
  }

  @Test func jsonNestedBeyondReasonIsRefused() {
    let deep = String(repeating: "[", count: 100_000) + String(repeating: "]", count: 100_000)
    #expect(throws: FrameError.self) { try JSONValue(json: Array(deep.utf8)) }
    let allowed = String(repeating: "[", count: 200) + String(repeating: "]", count: 200)
    #expect(throws: Never.self) { try JSONValue(json: Array(allowed.utf8)) }
  }

  @Test func numbersKeepTheirKind() throws {
    let value = try JSONValue(json: Array(#"{"a":1,"b":1.5,"c":9223372036854775807,"d":true,"e":null,"f":"1"}"#.utf8))
    #expect(value == ["a": 1, "b": .number(1.5), "c": .integer(.max), "d": true, "e": .null, "f": "1"])
    #expect(try JSONValue(json: []) == .object([:]))
  }

  @Test func serviceAnswersAreJSONOrBytes() {
    #expect(ControlAnswer(serviceAnswer: Array(#"{"a":1}"#.utf8)) == .service(body: ["a": 1]))
    #expect(ControlAnswer(serviceAnswer: []) == .service(body: [:]))
    #expect(ControlAnswer(serviceAnswer: [0x1f, 0x8b, 8]) == .bytes(content: ByteContent([0x1f, 0x8b, 8])))
    let long = Array("\"".utf8) + [UInt8](repeating: 97, count: ControlFrame.limit) + Array("\"".utf8)
    #expect(ControlAnswer(serviceAnswer: long) == .bytes(content: ByteContent(long)))
  }

  @Test(arguments: [0, 1, ByteContent.piece - 1, ByteContent.piece, ByteContent.piece + 1, 3 * ByteContent.piece + 7])
  func bytesAreCutIntoPiecesThatFit(_ count: Int) throws {
    let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31) }
    let pieces = ByteContent(bytes).pieces
    #expect(pieces.flatMap(\.bytes) == bytes)
    for piece in pieces { #expect(try ControlCoding.frame(ControlAnswer.bytes(content: piece)).count <= ControlFrame.limit + 4) }
  }

  @Test func failuresTakeTheServicesCodes() {
    #expect(ControlFailure(code: "notSimulated", "x").code == .notSimulated)
    #expect(ControlFailure(code: "something else", "x").code == .failed)
    #expect(ControlFailure(.oversized(length: 2, limit: 1)).code == .tooLarge)
    #expect(ControlFailure(.truncated(have: 1, want: 2)).code == .badRequest)
  }
}
