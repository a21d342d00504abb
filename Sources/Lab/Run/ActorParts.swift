import ConnectorSettings
import Daemon
import EventCatalog
import EventHub
import Foundation
import LiveWorld
import NIOPosix
import Synchronization
package import World

/// Every part as actors in this process: the same code, for scale.
package final class ActorParts: LabPartMaking {
  package let followsSockets = false
  private let clock: any WorldClock
  private let files: any Files
  private let show: any LabPresenter
  private let endpoints = Mutex<CloudEndpoints?>(nil)
  private let problem = Mutex<LabError?>(nil)

  package init(clock: any WorldClock, files: any Files, show: any LabPresenter) throws {
    self.clock = clock
    self.files = files
    self.show = show
  }

  package func cloud(_ plan: LabPlan) throws -> any LabPart {
    ActorPart(name: "cloud") { [self] in
      let cloud = LabCloud(plan: plan, clock: clock, random: SystemRandom(), files: files, outputs: [ShowOutput(show: show)])
      do {
        try await cloud.run { made in self.endpoints.withLock { $0 = made } }
      } catch let error as LabError {
        problem.withLock { $0 = error }
      } catch {
        problem.withLock { $0 = LabError(.failed, "the cloud ended: \(error)") }
      }
    }
  }

  package func waitForCloud(_ plan: LabPlan) async throws -> CloudEndpoints {
    while true {
      if let found = endpoints.withLock({ $0 }) { return found }
      if let error = problem.withLock({ $0 }) { throw error }
      try await clock.sleep(for: .milliseconds(20))
    }
  }

  package func connector(_ setup: ConnectorSetup) throws -> any LabPart {
    ActorPart(name: setup.name) { [self] in
      // A connector that asks for a restart gets one, as its process would.
      var reason = ExitReason.restart
      while reason == .restart, !Task.isCancelled {
        let connector = Connector(
          configuration: setup.configuration,
          ports: ConnectorPorts(
            name: setup.name, clock: clock, random: SystemRandom(), files: files, outputs: [ShowOutput(show: show)],
            eventLoops: MultiThreadedEventLoopGroup.singleton, processID: Int(getpid())))
        reason = await withTaskCancellationHandler {
          await connector.run()
        } onCancel: {
          connector.stop()
        }
      }
    }
  }
}

/// A task as a part of a lab: stopping it is cancelling it.
private actor ActorPart: LabPart {
  nonisolated let name: String
  private let body: @Sendable () async -> Void
  private var task: Task<Void, Never>?

  init(name: String, body: @escaping @Sendable () async -> Void) {
    self.name = name
    self.body = body
  }

  func start() {
    guard task == nil else { return }
    task = Task.detached { [body] in await body() }
  }

  func stop(within budget: Duration) async {
    task?.cancel()
    await task?.value
  }
}

/// Shows the events of an in-process part.
private struct ShowOutput: EventOutput {
  let show: any LabPresenter
  let name = "lab"

  func write(_ record: EventRecord) {
    guard record.event.definition.severity <= .notice else { return }
    let who = record.service.map { "\(record.connector)/\($0.rawValue)" } ?? record.connector
    show.event("\(record.time) \(who) \(record.event.definition.severity.name) \(record.event.definition.code) \(record.event.message)")
  }
}
