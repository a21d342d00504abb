import ConnectorSettings
import ControlAPI
import EventCatalog
import Foundation
import Synchronization
package import World

/// One lab from `up` to its end. It starts the cloud, then the connectors, shows what happens, and stops everything in reverse order.
package actor LabRun {
  private let plan: LabPlan
  private let parts: any LabPartMaking
  private let show: any LabPresenter
  private let clock: any WorldClock
  private let files: any Files
  private var running: [any LabPart] = []
  private var followers: [EventFollower] = []
  private var watcher: Task<Void, Never>?
  private let rows = Mutex<[ConnectorRow]>([])

  package init(plan: LabPlan, parts: any LabPartMaking, show: any LabPresenter, clock: any WorldClock, files: any Files) {
    self.plan = plan
    self.parts = parts
    self.show = show
    self.clock = clock
    self.files = files
  }

  /// Returns when everything has been started, not when it is healthy. Throws `LabError`; what was started by then is stopped again.
  package func start() async throws {
    do {
      try await startAll()
    } catch {
      await stop()
      throw error
    }
  }

  private func startAll() async throws {
    try makeDirectory(plan.paths.root)
    try makeDirectory(plan.paths.cloud)
    try? files.remove(plan.endpointsFile)
    try? files.remove(plan.startProblemFile)
    show.note("starting the simulated cloud")
    let cloud = try parts.cloud(plan)
    running.append(cloud)
    try await cloud.start()
    let endpoints = try await parts.waitForCloud(plan)

    let setups = plan.connectorNames.map { name in
      ConnectorSetup(name: name, laboratory: plan.configuration, paths: plan.paths, cloud: endpoints, directoryFile: plan.directoryFile, files: files)
    }
    let lab = plan.endpoints(endpoints, setups.map(\.endpoint))
    try write(RunningLab(pid: getpid(), startedAt: clock.now().wall, endpoints: lab, labToken: endpoints.labToken))
    show.banner(lab)

    for setup in setups {
      do { try setup.write() } catch { throw LabError(.cannotCreate, "cannot write the configuration of \(setup.name): \(error)") }
      if Task.isCancelled { throw CancellationError() }
      let part = try parts.connector(setup)
      running.append(part)
      try await part.start()
      if parts.followsSockets {
        followers.append(
          EventFollower(name: setup.name, socket: setup.socket, clock: clock) { [show] name, line in
            guard EventShow.isShown(line) else { return }
            show.event(EventShow.text(name, line))
          })
      }
    }
    let view = try CloudView(endpoints)
    watcher = Task { await watch(lab, location: endpoints.resourceLocation, view) }
  }

  /// The rows as they were shown last.
  package nonisolated var latest: [ConnectorRow] { rows.withLock { $0 } }

  /// Stops the connectors, the last first, then the cloud. Each has its budget; nothing is left when it returns.
  package func stop() async {
    watcher?.cancel()
    await watcher?.value
    for follower in followers { follower.stop() }
    for part in running.reversed() {
      show.note("stopping \(part.name)")
      await part.stop(within: plan.configuration.connectors.stopWithin.duration)
    }
    running = []
    try? files.remove(plan.paths.running)
  }

  private func watch(_ lab: LabEndpoints, location: String, _ view: CloudView) async {
    var questions: [String: Task<Void, Never>] = [:]
    while !Task.isCancelled {
      let state = await view.state()
      let now = clock.now().wall
      let made = RowMaker.rows(lab.connectors, location: location, state: state, before: latest)
      let before = latest
      rows.withLock { $0 = made }
      show.rows(made, now: now)
      for row in made {
        guard let was = before.first(where: { $0.name == row.name }), was.state != row.state else { continue }
        show.change("\(now) cloud: \(row.name) is \(row.state)\(row.reason.isEmpty ? "" : ": \(row.reason)")")
      }
      for row in made where row.state == "healthy" && questions[row.name] == nil {
        questions[row.name] = Task { [show, user = plan.configuration.resourceLocation.askFor] in
          for line in await CloudQuestions(view: view, row: row, user: user).ask() where !Task.isCancelled { show.note(line) }
        }
      }
      // Who goes out of contact is asked again when it comes back.
      for row in made where row.state != "healthy" { questions.removeValue(forKey: row.name)?.cancel() }
      guard (try? await clock.sleep(for: .milliseconds(250))) != nil else { break }
    }
    // A connector that hangs must not hold up the stop with a question that it does not answer.
    for question in questions.values { question.cancel() }
    for question in questions.values { await question.value }
    await view.close()
  }

  private func write(_ lab: RunningLab) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes, .prettyPrinted]
    do {
      try files.replace(plan.paths.running, with: Array(try encoder.encode(lab)) + [10], mode: 0o600, step: "lab.running")
    } catch { throw LabError(.cannotCreate, "cannot write \(plan.paths.running): \(error)") }
  }

  private func makeDirectory(_ path: String) throws {
    do { try files.makeDirectory(path, mode: 0o700) } catch { throw LabError(.cannotCreate, "cannot make the folder \(path): \(error)") }
  }
}
