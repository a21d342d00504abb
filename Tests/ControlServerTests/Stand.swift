import ControlAPI
import ControlServer
import EventCatalog
import Foundation
import Synchronization
import World

/// A handler with fixed answers. Of a follower it says when it came and when it left.
final class StubHandler: ControlHandler {
  let stops: AsyncStream<Void>
  private let stopped: AsyncStream<Void>.Continuation
  private let live = Mutex<[AsyncStream<EventLine>.Continuation]>([])

  init() { (stops, stopped) = AsyncStream.makeStream(of: Void.self) }

  func answer(_ request: ControlRequest, from uid: UInt32) async -> ControlAnswer {
    switch request {
    case .version: .version(report: VersionReport(version: "9", boot: "b"))
    case .configShow: .config(value: .text(String(repeating: "x", count: ControlFrame.limit)), sources: [:])
    case .service(_, "bytes", _): ControlAnswer(serviceAnswer: Stand.bytes)
    case .service(_, _, let body): .service(body: body)
    case .restart: .failure(reason: ControlFailure(.notFound, "no such service"))
    default: .done(sentence: "\(request.name) of \(uid)")
    }
  }

  func follow(_ query: EventQuery) async -> AsyncStream<EventLine> {
    let (stream, continuation) = AsyncStream.makeStream(of: EventLine.self)
    for number in 1...3 { continuation.yield(Stand.line(UInt64(number))) }
    guard query.follow else {
      continuation.finish()
      return stream
    }
    continuation.onTermination = { [stopped] _ in stopped.yield() }
    live.withLock { $0.append(continuation) }
    return stream
  }

  func happen(_ number: UInt64) {
    for follower in live.withLock({ $0 }) { follower.yield(Stand.line(number)) }
  }
}

/// Keeps what is emitted, and hands it to who awaits it.
final class Recorder: EventSink {
  let events: AsyncStream<Event>
  private let continuation: AsyncStream<Event>.Continuation

  init() { (events, continuation) = AsyncStream.makeStream(of: Event.self) }
  func emit(_ event: Event, from service: ServiceName?) { continuation.yield(event) }

  func next(_ definition: EventDefinition) async -> Event? {
    for await event in events where event.definition.code == definition.code { return event }
    return nil
  }
}

/// A server on a real socket in a folder of its own.
struct Stand: Sendable {
  static let bytes = (0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 &* 7) } + [0xff]

  let path: String
  let handler = StubHandler()
  let recorder = Recorder()
  let folder: Folder

  init(in folder: Folder) {
    self.folder = folder
    path = folder.path + "/control.sock"
  }

  static func line(_ number: UInt64) -> EventLine {
    let event = Event.controlListening(path: "/x")
    return EventLine(EventRecord(event: event, sequence: number, boot: "b", time: WallTime(seconds: 1), connector: "c1", service: nil))
  }

  func server(_ change: (inout ControlServer.Limits) -> Void = { _ in }, permits: (@Sendable (PeerCredential) -> Bool)? = nil) -> ControlServer {
    var limits = ControlServer.Limits()
    change(&limits)
    return ControlServer(path: path, software: "stand 1", handler: handler, events: recorder, limits: limits, permits: permits)
  }

  /// Runs `body` while the server listens, and stops the server after it.
  func serve(_ server: ControlServer, _ body: sending @escaping () async throws -> Void) async throws {
    let (listening, heard) = AsyncStream.makeStream(of: Void.self)
    let running = Task {
      defer { heard.finish() }
      try await server.run { heard.yield() }
    }
    var came = false
    for await _ in listening {
      came = true
      break
    }
    if came {
      do { try await body() } catch {
        running.cancel()
        _ = try? await running.value
        throw error
      }
    }
    running.cancel()
    try await running.value
  }
}

/// A temporary folder, mode 0700, removed with the value.
final class Folder: Sendable {
  let path: String

  init() throws {
    let made = FileManager.default.temporaryDirectory.appending(path: "ctl-" + UUID().uuidString.prefix(8)).path
    try FileManager.default.createDirectory(atPath: made, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    path = made
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }
}

/// Runs blocking work on a thread of its own: the tests' threads are the server's as well.
func blocking<Value: Sendable>(_ work: @escaping @Sendable () throws -> Value) async throws -> Value {
  try await withCheckedThrowingContinuation { continuation in
    Thread.detachNewThread { continuation.resume(with: Result(catching: work)) }
  }
}
