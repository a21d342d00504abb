package import AgentSystem
package import World

/// The Agent System's end of one connection: the hello, then requests side by side, each answered by its id.
package struct AgentConnection: Sendable {
  /// Requests of one connection that may be under way at once.
  package static let maxOpen = 32
  let transport: any AgentTransport
  /// Proved by who made the connection, never by what is sent over it.
  let caller: ServiceName
  let host: AgentSystemHost

  package init(_ transport: any AgentTransport, caller: ServiceName, host: AgentSystemHost) {
    self.transport = transport
    self.caller = caller
    self.host = host
  }

  /// Serves until either side closes, or the task is cancelled. Bytes that are no frame close the connection, unless they name a request.
  package func serve() async {
    await withTaskGroup(of: Void.self) { group in
      var underWay = 0
      var greeted = false
      for await message in transport.messages {
        do throws(FrameError) {
          switch try AgentFrame(decoding: message) {
          case .hello(let hello):
            guard !greeted else { throw FrameError(.badValue, "expected one hello") }
            post(.hello(.ours))
            guard AgentHello.ours.agreed(with: hello) != nil else {
              throw FrameError(.badValue, "expected a version of \(AgentHello.ours.lowest) to \(AgentHello.ours.highest)")
            }
            greeted = true
          case .request(let request):
            guard greeted else { throw FrameError(.badValue, "expected a hello first") }
            if underWay == Self.maxOpen {
              // Waits for the first to finish: the sender's queue is bounded, so nothing piles up.
              await group.next()
              underWay -= 1
            }
            underWay += 1
            group.addTask { post(.answer(request.id, await host.perform(request, from: caller))) }
          case .answer: throw FrameError(.badValue, "expected a request; got an answer")
          }
        } catch {
          await host.rejected(error, from: caller)
          guard let id = error.request, greeted else { break }
          post(.answer(id, .refused(error.refusal)))
        }
      }
      transport.close()
    }
  }

  /// A peer that has gone or does not read gets no answer; what was done stands in the audit.
  private func post(_ frame: AgentFrame) {
    do { try transport.send(try frame.encoded()) } catch { transport.close() }
  }
}
