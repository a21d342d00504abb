import CloudAPI
import ConnectorSettings
import ControlAPI
import EventCatalog
import Foundation
import Synchronization
package import World

/// One lab from `up` to its end. It starts the cloud, then the connectors, shows what happens, and stops everything in reverse order.
package actor LabRun {
  /// How long a connector that starts may keep the next one waiting, where only some start at once. Chosen: one that cannot start must not stop the rest.
  private static let settleLimit = Duration.seconds(20)

  private let plan: LabPlan
  private let parts: any LabPartMaking
  private let show: any LabPresenter
  private let clock: any WorldClock
  private let files: any Files
  /// In the order of their start.
  private var running: [any LabPart] = []
  private var followers: [EventFollower] = []
  private var watcher: Task<Void, Never>?
  private let board = Mutex<LabBoard?>(nil)
  private var faults: FaultHand?

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
      // In a task of its own: this one may be cancelled, and the stop must wait for everything all the same.
      await Task { await self.stop() }.value
      throw error
    }
  }

  private func startAll() async throws {
    try makeDirectory(plan.paths.root)
    try makeDirectory(plan.paths.cloud)
    LabEventFiles.begin(plan.paths.root, files: files)
    try? files.remove(plan.endpointsFile)
    try? files.remove(plan.startProblemFile)
    await parts.prepare(plan)
    show.note("starting the simulated cloud")
    let cloud = try parts.cloud(plan)
    running.append(cloud)
    try await cloud.start()
    let endpoints = try await parts.waitForCloud(plan)

    let ports = XMLPorts.choose(plan.configuration.connectors.xmlPort, count: plan.connectorNames.count)
    for note in ports.notes(plan.connectorNames) { show.note(note) }
    let setups = zip(plan.connectorNames, ports.ports).map { name, port in
      ConnectorSetup(
        name: name, laboratory: plan.configuration, paths: plan.paths, cloud: endpoints, directoryFile: plan.directoryFile, files: files,
        isFromReleases: parts.startsReleases, xml: port.map { "127.0.0.1:\($0)" })
    }
    let lab = plan.endpoints(endpoints, setups.map(\.endpoint))
    var running = RunningLab(pid: getpid(), startedAt: clock.now().wall, endpoints: lab, labToken: endpoints.labToken)
    running.site = plan.site
    try write(running)
    show.banner(lab)

    let (first, lease) = (clock.now(), plan.configuration.cloud.leaseLength.duration)
    board.withLock { $0 = LabBoard(lab.connectors, location: endpoints.resourceLocation, lease: lease, at: first) }
    let view = try parts.view(endpoints)
    let hand = FaultHand(
      reach: .init(
        signal: { [self] name, number in await signal(name, number) }, ask: FaultHand.socketAsker(lab.connectors), hasProcesses: parts.startsReleases),
      view: view, names: Dictionary(lab.connectors.map { ($0.fqdn, $0.name) }, uniquingKeysWith: { first, _ in first }), clock: clock)
    faults = hand
    watcher = Task { await watch(view, hand) }
    try await startConnectors(setups)
  }

  /// Starts each, and waits before it starts one more while as many as the machine should bear at once are still coming up.
  private func startConnectors(_ setups: [ConnectorSetup]) async throws {
    let atOnce = parts.atOnce ?? setups.count
    try await withThrowingTaskGroup(of: Void.self) { group in
      for (number, setup) in setups.enumerated() {
        if number >= atOnce { try await group.next() }
        try Task.checkCancellation()
        let part = try await start(setup)
        group.addTask { [clock] in await Self.settle(part, clock) }
      }
      // The last ones need not be waited for: the table says how they are.
      group.cancelAll()
    }
  }

  private func start(_ setup: ConnectorSetup) async throws -> any LabPart {
    do { try setup.write() } catch { throw LabError(.cannotCreate, "cannot write the configuration of \(setup.name): \(error)") }
    let part = try parts.connector(setup)
    running.append(part)
    let now = clock.now()
    board.withLock { $0?.begin(setup.name, at: now) }
    try await part.start()
    if parts.followsSockets { follow(setup) }
    return part
  }

  private func follow(_ setup: ConnectorSetup) {
    let shown = Mutex(EventShow())
    followers.append(
      EventFollower(name: setup.name, socket: setup.socket, clock: clock) { [show] name, line in
        if let text = shown.withLock({ $0.text(name, line) }) { show.event(text) }
      })
  }

  private static func settle(_ part: any LabPart, _ clock: any WorldClock) async {
    await withTaskGroup(of: Void.self) { group in
      group.addTask { await part.settled() }
      group.addTask { try? await clock.sleep(for: settleLimit) }
      await group.next()
      group.cancelAll()
    }
  }

  /// Stops the connectors, the last first, then the cloud. Each has its budget; nothing is left when it returns.
  package func stop() async {
    watcher?.cancel()
    // A connector that is made to hang must be able to stop.
    await faults?.stop()
    await watcher?.value
    for follower in followers { follower.stop() }
    let budget = plan.configuration.connectors.stopWithin.duration
    await withTaskGroup(of: Void.self) { group in
      for (number, part) in running.dropFirst().reversed().enumerated() {
        if number >= parts.atOnce ?? 1 { await group.next() }
        show.note("stopping \(part.name)")
        group.addTask { await part.stop(within: budget) }
      }
    }
    if let cloud = running.first {
      show.note("stopping \(cloud.name)")
      await cloud.stop(within: budget)
    }
    running = []
    await parts.finish()
    try? files.remove(plan.paths.running)
  }

  private func signal(_ name: String, _ number: Int32) async -> Bool {
    guard let part = running.dropFirst().first(where: { $0.name == name }) else { return false }
    return await part.signal(number)
  }

  private func watch(_ view: any CloudViewing, _ hand: FaultHand) async {
    let desk = QuestionDesk(view: view, user: plan.configuration.resourceLocation.askFor, show: show)
    // Four looks a second for a person; fewer at a large lab, whose every look costs more.
    let every = max(Duration.milliseconds(250), .milliseconds(5) * plan.configuration.connectors.count)
    // A cloud in this process shows its events itself.
    var news = parts.followsSockets ? NewsReader(since: clock.now().wall) : nil
    while !Task.isCancelled {
      let look = await view.state()
      for line in news?.lines(look) ?? [] { show.event(line) }
      let now = clock.now()
      let (rows, changes) = board.withLock { board in
        let changes = board?.take(look, at: now) ?? []
        return (board?.rows ?? [], changes)
      }
      show.rows(rows, now: now.wall)
      for change in changes {
        show.change(change, at: now.wall)
        if case .fault = change, parts.followsSockets { show.event(change.line(now.wall)) }
      }
      // A cloud that is busy has changed nothing; one that is gone has no faults any more.
      switch look {
      case .said(let state): await hand.see(state.faults ?? [])
      case .outOfReach: await hand.see([])
      case .slow: break
      }
      await desk.see(rows)
      guard (try? await clock.sleep(for: every)) != nil else { break }
    }
    // A connector that hangs must not hold up the stop with a question that it does not answer.
    await desk.stop()
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
