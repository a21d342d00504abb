import ControlAPI
import ControlServer
import EventCatalog
import Foundation
import Testing
import World

@Suite(.timeLimit(.minutes(1))) struct ConversationTests {
  let stand: Stand

  init() throws { stand = Stand(in: try Folder()) }

  @Test func questionsAreAnsweredInOrderOnOneConnection() async throws {
    try await stand.serve(stand.server()) { [path = stand.path] in
      let answers = try await blocking {
        let client = try ControlClient(path: path)
        #expect(client.peer == ControlHello(software: "stand 1"))
        return [
          try client.ask(.status), try client.ask(.version), try client.ask(.service(service: .logger, operation: "echo", body: ["a": [1, .null]])),
        ]
      }
      #expect(answers[0] == .done(sentence: "status of \(geteuid())"))
      #expect(answers[1] == .version(report: VersionReport(version: "9", boot: "b")))
      #expect(answers[2] == .service(body: ["a": [1, .null]]))
    }
  }

  @Test func bytesBeyondAFrameArriveWhole() async throws {
    try await stand.serve(stand.server()) { [path = stand.path] in
      let answer = try await blocking { try ControlClient(path: path).ask(.service(service: .logger, operation: "bytes", body: [:])) }
      #expect(answer == .bytes(content: ByteContent(Stand.bytes)))
    }
  }

  @Test func anAnswerBeyondAFrameIsAFailureAndTheConnectionGoesOn() async throws {
    try await stand.serve(stand.server()) { [path = stand.path] in
      let answers = try await blocking {
        let client = try ControlClient(path: path)
        return [try client.ask(.configShow), try client.ask(.health)]
      }
      guard case .failure(let reason) = answers[0] else { return #expect(Bool(false), "a failure is expected") }
      #expect(reason.code == .tooLarge)
      #expect(answers[1] == .done(sentence: "health of \(geteuid())"))
    }
  }

  @Test func whatIsAskedToChangeIsRecorded() async throws {
    try await stand.serve(stand.server()) { [path = stand.path, recorder = stand.recorder] in
      let answer = try await blocking { try ControlClient(path: path).ask(.restart(service: .logger)) }
      #expect(answer == .failure(reason: ControlFailure(.notFound, "no such service")))
      let event = await recorder.next(ControlEvents.changed)
      #expect(event == .controlChanged(uid: geteuid(), request: "restart", outcome: "notFound: no such service"))
    }
  }

  @Test func thePastEnds() async throws {
    try await stand.serve(stand.server()) { [path = stand.path] in
      let sequences = try await blocking {
        var seen: [UInt64] = []
        let failure = try ControlClient(path: path).events(EventQuery()) { line in
          seen.append(line.sequence)
          return true
        }
        #expect(failure == nil)
        return seen
      }
      #expect(sequences == [1, 2, 3])
    }
  }

  @Test func aFollowerGetsWhatComesAndLeavesNothingBehind() async throws {
    try await stand.serve(stand.server()) { [path = stand.path, handler = stand.handler] in
      let sequences = try await blocking {
        var seen: [UInt64] = []
        _ = try ControlClient(path: path).events(EventQuery(follow: true)) { line in
          seen.append(line.sequence)
          if seen.count == 3 { handler.happen(77) }
          return line.sequence != 77
        }
        return seen
      }
      #expect(sequences == [1, 2, 3, 77])
      // The client has closed; without another event to write, the server learns it and lets go of the stream.
      var left = false
      for await _ in handler.stops {
        left = true
        break
      }
      #expect(left)
    }
  }

  @Test func aStopEndsFollowersAndRemovesTheSocket() async throws {
    let (followers, follows) = AsyncStream.makeStream(of: Void.self)
    let (errors, ended) = AsyncStream.makeStream(of: ControlClientError?.self)
    try await stand.serve(stand.server()) { [path = stand.path] in
      let client = try await blocking { SendableClient(try ControlClient(path: path)) }
      Thread.detachNewThread {
        var seen = 0
        do {
          _ = try client.value.events(EventQuery(follow: true)) { _ in
            seen += 1
            if seen == 3 { follows.yield() }
            return true
          }
          ended.yield(nil)
        } catch {
          ended.yield(error as? ControlClientError)
        }
      }
      for await _ in followers { break }
    }
    for await error in errors {
      #expect(error == .closed(path: stand.path))
      break
    }
    #expect(access(stand.path, F_OK) != 0)
  }
}

/// One thread at a time uses it.
private struct SendableClient: @unchecked Sendable {
  let value: ControlClient
  init(_ value: ControlClient) { self.value = value }
}
