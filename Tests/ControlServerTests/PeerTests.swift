import ControlAPI
import ControlServer
import EventCatalog
import Glibc
import Testing
import World

/// Peers that do not keep to the protocol, each on a real socket.
@Suite(.timeLimit(.minutes(1))) struct PeerTests {
  let stand: Stand
  static let hello = ControlRequest.hello(peer: ControlHello(software: "raw"))

  init() throws { stand = Stand(in: try Folder()) }

  private static func last(_ answers: [ControlAnswer]) -> ControlFailure? {
    if case .failure(let reason)? = answers.last { return reason }
    return nil
  }

  private static func refusal(_ path: String) -> ControlClientError? {
    do {
      _ = try ControlClient(path: path)
      return nil
    } catch {
      return error
    }
  }

  struct Bad: Sendable {
    var bytes: [UInt8]
    var code: ControlFailure.Code
    var words: String
  }

  static let bad: [Bad] = [
    Bad(bytes: [0, 0x20, 0, 0], code: .tooLarge, words: "2097152 bytes; at most 1048576"),
    Bad(bytes: [0, 0, 0, 0], code: .badRequest, words: "0 bytes"),
    Bad(bytes: [0, 0, 0, 2] + Array("{]".utf8), code: .badRequest, words: "not a control message"),
    Bad(bytes: [0, 0, 0, 2, 0xff, 0xfe], code: .badRequest, words: "not a control message"),
    Bad(bytes: [0, 0, 0, 12] + Array(#"{"nobody":1}"#.utf8), code: .badRequest, words: "ControlRequest"),
    Bad(bytes: Array("GET / HTTP/1.1\r\n\r\n".utf8), code: .tooLarge, words: "at most 1048576"),
  ]

  @Test(arguments: bad, [true, false]) func aBadFrameIsAnsweredRecordedAndClosed(_ bad: Bad, greeted: Bool) async throws {
    try await stand.serve(stand.server()) { [path = stand.path, recorder = stand.recorder] in
      let answers = try await blocking {
        let peer = try RawPeer(path)
        if greeted { try peer.send(Self.hello) }
        peer.send(bad.bytes)
        return try peer.answersUntilClosed()
      }
      #expect(answers.count == (greeted ? 2 : 1))
      #expect(Self.last(answers)?.code == bad.code)
      #expect(Self.last(answers)?.detail.contains(bad.words) == true)
      let event = await recorder.next(ControlEvents.badFrame)
      #expect(event?.values["uid"] == .integer(Int(geteuid())))
      #expect(event?.message.contains(bad.words) == true)
      // Another peer is served as before.
      let next = try await blocking { try ControlClient(path: path).ask(.status) }
      #expect(next == .done(sentence: "status of \(geteuid())"))
    }
  }

  @Test(arguments: [
    (ControlRequest.status, ControlFailure.Code.badRequest, "must be a hello"),
    (.hello(peer: ControlHello(version: 2, software: "new")), .unsupportedProtocol, "speaks control protocol 1, new speaks 2"),
    (.hello(peer: ControlHello(version: .min, software: "odd")), .unsupportedProtocol, "speaks control protocol 1"),
  ])
  func aWrongStartIsRefused(_ first: ControlRequest, _ code: ControlFailure.Code, _ words: String) async throws {
    try await stand.serve(stand.server()) { [path = stand.path] in
      let answers = try await blocking {
        let peer = try RawPeer(path)
        try peer.send(first)
        return try peer.answersUntilClosed()
      }
      #expect(Self.last(answers)?.code == code)
      #expect(Self.last(answers)?.detail.contains(words) == true)
    }
  }

  @Test(arguments: [true, false]) func aPeerThatStopsHalfWayIsClosed(greeted: Bool) async throws {
    // After a hello the wait must be long enough for the hello itself, also on a machine that is three times slower.
    let wait = greeted ? 2000 : 20
    try await stand.serve(stand.server { $0.frameTimeout = .milliseconds(wait) }) { [path = stand.path, recorder = stand.recorder] in
      let answers = try await blocking {
        let peer = try RawPeer(path)
        if greeted {
          try peer.send(Self.hello)
          peer.send([0, 0, 0, 9, 123])
        }
        return try peer.answersUntilClosed()
      }
      #expect(Self.last(answers)?.code == .timeout)
      let event = await recorder.next(ControlEvents.peerSilent)
      #expect(event == .controlPeerSilent(uid: geteuid(), midFrame: greeted, waited: wait))
    }
  }

  @Test func anEndWithinAFrameIsRecorded() async throws {
    try await stand.serve(stand.server()) { [path = stand.path, recorder = stand.recorder] in
      try await blocking {
        let peer = try RawPeer(path)
        try peer.send(Self.hello)
        peer.send([0, 0, 0, 9, 123])
      }
      let event = await recorder.next(ControlEvents.badFrame)
      #expect(event?.message.contains("after 5 of a frame's 13 bytes") == true)
    }
  }

  @Test func aStrangerIsTold() async throws {
    try await stand.serve(stand.server(permits: { _ in false })) { [path = stand.path, recorder = stand.recorder] in
      let error = try await blocking { Self.refusal(path) }
      guard case .refused(_, let reason)? = error else { return #expect(Bool(false), "refused is expected, got \(String(describing: error))") }
      #expect(reason.code == .denied)
      #expect(reason.detail.contains("user \(geteuid())"))
      #expect(await recorder.next(ControlEvents.peerRefused) == .controlPeerRefused(uid: geteuid(), pid: getpid(), owner: geteuid()))
    }
  }

  @Test func beyondTheLimitAConnectionIsRefused() async throws {
    try await stand.serve(stand.server { $0.connections = 2 }) { [path = stand.path, recorder = stand.recorder] in
      let error = try await blocking {
        let first = try ControlClient(path: path)
        let second = try ControlClient(path: path)
        let error = Self.refusal(path)
        let answers = [try first.ask(.status), try second.ask(.status)]
        #expect(answers[0] == answers[1])
        return error
      }
      guard case .refused(_, let reason)? = error else { return #expect(Bool(false), "refused is expected, got \(String(describing: error))") }
      #expect(reason.code == .unavailable)
      #expect(await recorder.next(ControlEvents.tooManyConnections) == .controlTooManyConnections(limit: 2))
    }
  }
}
