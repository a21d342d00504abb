import ControlAPI
import EventCatalog
import NIOCore
import World

/// One connection of a peer that may ask. A reader takes what comes, and a worker answers it in order; when the peer goes away the worker is
/// cancelled, so a follower of events that left holds nothing.
struct ControlConnection: Sendable {
  typealias Outbound = NIOAsyncChannelOutboundWriter<[UInt8]>
  /// Requests that may wait while one is answered.
  static let waiting = 16

  let uid: UInt32
  let software: String
  let handler: any ControlHandler
  let events: any EventSink
  let frameTimeout: Duration

  func run(_ inbound: NIOAsyncChannelInboundStream<ControlInput>, _ outbound: Outbound) async throws {
    let (inputs, queue) = AsyncStream.makeStream(of: ControlInput.self, bufferingPolicy: .bufferingOldest(Self.waiting))
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await work(inputs, outbound) }
      group.addTask {
        for try await input in inbound {
          record(input)
          if case .dropped = queue.yield(input) { break }
        }
        queue.finish()
      }
      try await group.next()
      group.cancelAll()
    }
  }

  func send(_ answer: ControlAnswer, _ outbound: Outbound) async throws {
    let bytes: [UInt8]
    do {
      bytes = try ControlCoding.frame(answer)
    } catch {
      let narrower = "the answer cannot be sent: \(error); ask for less at a time"
      bytes = try ControlCoding.frame(ControlAnswer.failure(reason: ControlFailure(.tooLarge, narrower)))
    }
    try await outbound.write(bytes)
  }

  private func record(_ input: ControlInput) {
    switch input {
    case .frame: break
    case .broken(let error): events.emit(.controlBadFrame(uid: uid, reason: "\(error)"), from: nil)
    case .silent(let midFrame):
      events.emit(.controlPeerSilent(uid: uid, midFrame: midFrame, waited: Int(frameTimeout.nanoseconds / 1_000_000)), from: nil)
    }
  }

  /// Returns when the connection is to be closed.
  private func work(_ inputs: AsyncStream<ControlInput>, _ outbound: Outbound) async throws {
    var greeted = false
    for await input in inputs {
      switch input {
      case .broken(let error): return try await send(.failure(reason: ControlFailure(error)), outbound)
      case .silent(let midFrame):
        let what = midFrame ? "the rest of a frame" : "the hello"
        return try await send(.failure(reason: ControlFailure(.timeout, "\(what) did not come within \(frameTimeout)")), outbound)
      case .frame(let payload):
        let request: ControlRequest
        do {
          request = try ControlCoding.decode(from: payload)
        } catch {
          record(.broken(error))
          return try await send(.failure(reason: ControlFailure(error)), outbound)
        }
        if !greeted {
          guard try await greet(request, outbound) else { return }
          greeted = true
        } else {
          try await answer(request, outbound)
        }
      }
    }
  }

  private func greet(_ request: ControlRequest, _ outbound: Outbound) async throws -> Bool {
    guard case .hello(let peer) = request else {
      try await send(.failure(reason: ControlFailure(.badRequest, "the first frame must be a hello, and was '\(request.name)'")), outbound)
      return false
    }
    guard peer.version == ControlHello.current else {
      let detail =
        "\(software) speaks control protocol \(ControlHello.current), \(peer.software) speaks \(peer.version); use connectorctl of the same version"
      try await send(.failure(reason: ControlFailure(.unsupportedProtocol, detail)), outbound)
      return false
    }
    try await send(.hello(peer: ControlHello(software: software)), outbound)
    return true
  }

  private func answer(_ request: ControlRequest, _ outbound: Outbound) async throws {
    switch request {
    case .hello: try await send(.failure(reason: ControlFailure(.badRequest, "a second hello; the first frame was one")), outbound)
    case .events(let query):
      var count = 0
      for await line in await handler.follow(query) {
        try await send(.event(line: line), outbound)
        count += 1
      }
      try await send(.end(count: count), outbound)
    default:
      let answer = await handler.answer(request, from: uid)
      if request.changes { events.emit(.controlChanged(uid: uid, request: request.name, outcome: outcome(answer)), from: nil) }
      if case .bytes(let content) = answer {
        for piece in content.pieces { try await send(.bytes(content: piece), outbound) }
        try await send(.end(count: content.bytes.count), outbound)
      } else {
        try await send(answer, outbound)
      }
    }
  }

  private func outcome(_ answer: ControlAnswer) -> String {
    if case .failure(let reason) = answer { return "\(reason)" }
    return "done"
  }
}

extension ControlRequest {
  /// It may change the connector itself, so it is recorded. Calls of services are not here: those that matter are audited by the service.
  fileprivate var changes: Bool {
    switch self {
    case .restart, .registrySet, .registryDelete, .fault: true
    case .hello, .status, .health, .services, .events, .registryGet, .registryList, .configShow, .configDiff, .version, .faults, .service: false
    // A lab says them again and again, and its list of faults has events of its own.
    case .holdFault, .healFault: false
    }
  }
}
