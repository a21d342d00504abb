import Foundation
import ReleaseSlots
import Releases
package import World

/// Makes the parts of a lab: processes, or actors in this process.
package protocol LabPartMaking: Sendable {
  /// Whether events are read over control sockets; otherwise the parts hand them to the presenter themselves.
  var followsSockets: Bool { get }
  /// How many connectors may be starting, or stopping, at the same time; nil: all start at once, and stop one after the other.
  var atOnce: Int? { get }
  /// Whether connectors are started from releases on disk.
  var startsReleases: Bool { get }
  /// Begins what takes long and what connectors wait for; returns at once.
  func prepare(_ plan: LabPlan) async
  /// Leaves nothing of that behind; called when every part has stopped.
  func finish() async
  func cloud(_ plan: LabPlan) throws -> any LabPart
  /// Returns when the cloud's ports are open. Throws `LabError` when it ends before that or takes too long.
  func waitForCloud(_ plan: LabPlan) async throws -> CloudEndpoints
  /// The lab's look at the cloud that runs.
  func view(_ endpoints: CloudEndpoints) throws -> any CloudViewing
  func connector(_ setup: ConnectorSetup) throws -> any LabPart
}

extension LabPartMaking {
  package var startsReleases: Bool { false }
  package func prepare(_ plan: LabPlan) async {}
  package func finish() async {}
}

/// Every part a process of its own, started again whenever it ends, as a machine would.
package struct ProcessParts: LabPartMaking {
  /// How long the cloud may take to open its ports. Chosen: a first start makes keys and a database, on a slow machine under load.
  static let cloudStart = Duration.seconds(60)

  private let lab: String
  private let daemon: String
  private let clock: any WorldClock
  private let files: any Files
  private let show: any LabPresenter
  private let stock: ReleaseStock

  package let followsSockets = true
  package let startsReleases = true
  package let atOnce: Int? = nil

  /// - Parameters:
  ///   - lab: path of the `connector-lab` program.
  ///   - daemon: path of the `connectord` program.
  package init(lab: String, daemon: String, clock: any WorldClock, files: any Files, show: any LabPresenter) {
    self.lab = lab
    self.daemon = daemon
    self.clock = clock
    self.files = files
    self.show = show
    stock = ReleaseStock(daemon: daemon, files: files, clock: clock) { show.note($0) }
  }

  package func prepare(_ plan: LabPlan) async { await stock.begin(plan.paths) }
  package func finish() async { await stock.finish() }

  package func cloud(_ plan: LabPlan) throws -> any LabPart {
    kept(
      "cloud", lab,
      [
        "cloud", "--config", plan.configurationFile, "--state", plan.paths.root, "--connectors", String(plan.configuration.connectors.count),
        "--machines", String(plan.configuration.resourceLocation.machines),
        "--stop-with-parent",
      ], log: plan.cloudLog)
  }

  package func connector(_ setup: ConnectorSetup) throws -> any LabPart {
    let trail = FactTrail(files: files, root: setup.releases)
    let slots = setup.slots { trail.add($0) }
    var plan = ReleaseLauncher.Plan(
      name: setup.name, slots: slots, arguments: ["run", "--config", setup.configurationFile, "--name", setup.name, "--stop-with-parent"],
      logFile: setup.logFile, socket: setup.notifySocket, lock: setup.runLock)
    plan.eventFile = setup.eventFile
    plan.told = setup.told
    return ReleaseLauncher(plan, clock: clock) { [stock, clock, show] in
      let built = await stock.built(setup.paths)
      let note = try await working { () -> String? in
        trail.rotate()
        let note = try Seeding(slots: slots, built: built).perform(at: clock.now().wall)
        trail.add(UpdateFact(.machine, at: clock.now().wall) { $0.platform = slots.settings.platform })
        return note
      }
      if let note { show.note("\(setup.name): \(note)") }
    } onChange: { [show] name, change in
      for note in LaunchNotes.notes(name, change, log: setup.logFile) { show.note(note) }
    }
  }

  package func view(_ endpoints: CloudEndpoints) throws -> any CloudViewing { try CloudView(endpoints) }

  package func waitForCloud(_ plan: LabPlan) async throws -> CloudEndpoints {
    let deadline = clock.now().moment + Self.cloudStart
    while clock.now().moment < deadline {
      if let bytes = try? files.read(plan.endpointsFile), let endpoints = try? JSONDecoder().decode(CloudEndpoints.self, from: Data(bytes)) {
        return endpoints
      }
      if let problem = startProblem(plan) { throw LabError(.failed, problem) }
      try await clock.sleep(for: .milliseconds(50))
    }
    throw LabError(.failed, "the cloud did not open its ports within \(Int(Self.cloudStart.inSeconds)) s; its log: \(plan.cloudLog)")
  }

  /// What the cloud's process said when it could not start.
  private func startProblem(_ plan: LabPlan) -> String? {
    guard let bytes = try? files.read(plan.startProblemFile), !bytes.isEmpty else { return nil }
    return "the cloud cannot start: \(String(decoding: bytes, as: UTF8.self))"
  }

  private func kept(_ name: String, _ program: String, _ arguments: [String], log: String) -> KeptProcess {
    KeptProcess(name: name, program: program, arguments: arguments, logFile: log, clock: clock) { [show] name, change in
      switch change {
      case .started(let pid, let attempt): show.note(attempt == 1 ? "\(name) started (pid \(pid))" : "\(name) started again (pid \(pid))")
      case .ended(let how, let pause): show.note("\(name) ended: \(how); starting it again in \(pause.inSeconds) s (log: \(log))")
      case .stopped: show.note("\(name) stopped")
      case .killed: show.note("\(name) did not stop within its budget: killed")
      case .cannotStart(let why): show.note(why)
      }
    }
  }
}
