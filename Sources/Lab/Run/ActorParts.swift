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
  /// Four for each processor: chosen, so that one waits for its disk while another works, and that the cloud, which shares the processors, still answers
  /// in time.
  package let atOnce: Int? = 4 * ProcessInfo.processInfo.activeProcessorCount
  private let clock: any WorldClock
  private let files: any Files
  private let show: any LabPresenter
  private let directories = Directories()
  private let running = Mutex<LabCloud?>(nil)
  private let endpoints = Mutex<CloudEndpoints?>(nil)
  private let problem = Mutex<LabError?>(nil)

  package init(clock: any WorldClock, files: any Files, show: any LabPresenter) throws {
    self.clock = clock
    self.files = files
    self.show = show
  }

  package func cloud(_ plan: LabPlan) throws -> any LabPart {
    let cloud = LabCloud(
      plan: plan, clock: clock, random: SystemRandom(), files: files,
      outputs: [FileOutput(files: files, path: plan.cloudEvents), ShowOutput(show: show)])
    running.withLock { $0 = cloud }
    return ActorPart(name: "cloud", clock: clock) { [self] settled in
      do {
        try await cloud.run { made in
          self.endpoints.withLock { $0 = made }
          settled()
        }
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

  package func view(_ endpoints: CloudEndpoints) throws -> any CloudViewing {
    guard let cloud = running.withLock({ $0 }) else { throw LabError(.failed, "the cloud was not started") }
    return DirectCloudView(cloud: cloud)
  }

  package func connector(_ setup: ConnectorSetup) throws -> any LabPart {
    ActorPart(name: setup.name, clock: clock) { [self] settled in
      // A connector that asks for a restart gets one, as its process would.
      var reason = ExitReason.restart
      while reason == .restart, !Task.isCancelled { reason = await run(setup, settled) }
    }
  }

  private func run(_ setup: ConnectorSetup, _ settled: @escaping @Sendable () -> Void) async -> ExitReason {
    let configuration: ConnectorConfiguration
    do { configuration = try setup.configurationAsTold() } catch {
      show.note("\(setup.name) cannot start: \(error)")
      return .configuration
    }
    let connector = Connector(
      configuration: configuration,
      ports: ConnectorPorts(
        name: setup.name, clock: clock, random: SystemRandom(), files: files,
        outputs: [FileOutput(files: files, path: setup.eventFile), ShowOutput(show: show)],
        eventLoops: MultiThreadedEventLoopGroup.singleton, processID: Int(getpid()), directories: directories))
    let (changes, changed) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    let watching = Task {
      for await _ in changes where await connector.isSettled() {
        settled()
        return
      }
    }
    let reason = await withTaskCancellationHandler {
      await connector.run { changed.yield() }
    } onCancel: {
      connector.stop()
    }
    changed.finish()
    await watching.value
    return reason
  }
}

/// A task as a part of a lab: stopping it is cancelling it.
private actor ActorPart: LabPart {
  nonisolated let name: String
  private let clock: any WorldClock
  private let body: @Sendable (_ settled: @escaping @Sendable () -> Void) async -> Void
  private nonisolated let settling = Gate()
  private nonisolated let ending = Gate()
  private var task: Task<Void, Never>?

  init(name: String, clock: any WorldClock, body: @escaping @Sendable (_ settled: @escaping @Sendable () -> Void) async -> Void) {
    self.name = name
    self.clock = clock
    self.body = body
  }

  func start() {
    guard task == nil else { return }
    task = Task.detached { [body, settling, ending] in
      await body { settling.open() }
      settling.open()
      ending.open()
    }
  }

  nonisolated func settled() async { await settling.wait() }

  /// A task cannot be ended by force: one that does not end within the budget is left to the end of the process.
  func stop(within budget: Duration) async {
    guard let task else { return }
    task.cancel()
    await withTaskGroup(of: Void.self) { group in
      group.addTask { [ending] in await ending.wait() }
      group.addTask { [clock] in try? await clock.sleep(for: budget) }
      await group.next()
      group.cancelAll()
    }
  }
}

/// Opens once; one waits for it, until it is open or the task is cancelled.
private struct Gate: Sendable {
  private let stream: AsyncStream<Void>
  private let source: AsyncStream<Void>.Continuation

  init() { (stream, source) = AsyncStream.makeStream(of: Void.self) }
  func open() { source.finish() }
  func wait() async { for await _ in stream {} }
}

/// Shows the events of an in-process part.
private final class ShowOutput: EventOutput {
  let name = "lab"
  private let show: any LabPresenter
  private let shown = Mutex(EventShow())

  init(show: any LabPresenter) { self.show = show }

  func write(_ record: EventRecord) {
    let definition = record.event.definition
    guard shown.withLock({ $0.shows(definition.code, definition.severity) }) else { return }
    let who = record.service.map { "\(record.connector)/\($0.rawValue)" } ?? record.connector
    show.event("\(record.time) \(who) \(definition.severity.name) \(definition.code) \(record.event.message)")
  }
}
