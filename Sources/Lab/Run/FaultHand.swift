import CloudAPI
import ControlAPI
import Glibc
import LiveFaults
import World

/// Applies the faults that only the lab can: it ends or stops the processes of its connectors, and hands faults of services and disks to the connectors over their control sockets. It follows the cloud's
/// list and holds each lease by its own steady clock, so that a cloud that is gone leaves nothing behind; when the lab stops, everything heals before anything else.
///
/// A process that is stopped while the lab itself is killed goes on by itself: it has a process group of its own, and the kernel sends SIGHUP and SIGCONT to a stopped group that becomes orphaned (POSIX,
/// `_exit`; `setpgid(2)`).
actor FaultHand {
  /// How a connector is reached. Tests put their own in its place.
  struct Reach: Sendable {
    /// Sends a signal to the connector's process; false when it has none of its own, or does not run.
    var signal: @Sendable (_ connector: String, _ number: Int32) async -> Bool
    /// Asks over the control socket. Throws `ControlClientError`.
    var ask: @Sendable (_ connector: String, ControlRequest) async throws -> ControlAnswer
    /// Whether connectors have processes.
    var hasProcesses: Bool
  }

  /// A connector that was started anew has forgotten its faults: they are handed to it again this often.
  private static let handAgain = Duration.seconds(2)

  private struct Held {
    let report: FaultReport
    let rule: FaultRule
    let name: String
    let ends: Moment
    var task: Task<Void, Never>?
  }

  private let reach: Reach
  private let view: any CloudViewing
  private let clock: any WorldClock
  /// Short names by fqdn.
  private let names: [String: String]
  private var held: [String: Held] = [:]
  private var isStopping = false

  init(reach: Reach, view: any CloudViewing, names: [String: String], clock: any WorldClock) {
    self.reach = reach
    self.view = view
    self.names = names
    self.clock = clock
  }

  /// Takes in the cloud's list: what is new begins, what is no more heals.
  func see(_ faults: [FaultReport]) {
    guard !isStopping else { return }
    var listed: Set<String> = []
    for report in faults {
      // Ids begin anew with each run of the cloud.
      let key = "\(report.id)@\(report.began.microseconds)"
      listed.insert(key)
      guard held[key] == nil, let rule = try? FaultRule(report.fault), let name = names[report.connector] else { continue }
      if case .link = rule.place { continue }
      held[key] = Held(report: report, rule: rule, name: name, ends: clock.now().moment + .milliseconds(report.left))
      held[key]?.task = Task { await self.perform(key) }
    }
    for key in held.keys where !listed.contains(key) { held[key]?.task?.cancel() }
    // An entry that has ended stays until the cloud has forgotten it, so that it does not begin again.
    for (key, one) in held where !listed.contains(key) && one.task == nil { held[key] = nil }
  }

  /// Heals everything, and returns when it is done.
  func stop() async {
    isStopping = true
    let tasks = held.values.compactMap(\.task)
    for task in tasks { task.cancel() }
    for task in tasks { await task.value }
  }

  private func perform(_ key: String) async {
    guard let one = held[key] else { return }
    switch (one.rule.place, one.rule.effect) {
    case (.connector, .crash): await crash(one)
    case (.connector, .hang): await hang(one)
    default: await hand(one)
    }
    held[key]?.task = nil
  }

  // MARK: Processes

  private static let needsProcesses =
    "it needs connectors that are processes of their own; start the lab without --in-process"

  private func crash(_ one: Held) async {
    guard reach.hasProcesses else { return await settle(one, .init(.refused, Self.needsProcesses)) }
    let struck = await reach.signal(one.name, SIGKILL)
    await settle(one, struck ? .init(.done, "it was killed, and is started again") : .init(.refused, "\(one.name) does not run"))
  }

  private func hang(_ one: Held) async {
    guard reach.hasProcesses else { return await settle(one, .init(.refused, Self.needsProcesses)) }
    guard await reach.signal(one.name, SIGSTOP) else { return await settle(one, .init(.refused, "\(one.name) does not run")) }
    await settle(one, .init(.active))
    try? await clock.sleep(until: one.ends)
    // Two hangs may lie over each other: the last one that ends lets it go on.
    let others = held.values.contains { other in
      other.report != one.report && other.name == one.name && other.rule.effect == .hang && !(other.task?.isCancelled ?? true)
        && other.ends > clock.now().moment
    }
    if !others || isStopping { _ = await reach.signal(one.name, SIGCONT) }
  }

  // MARK: Control sockets

  private func hand(_ one: Held) async {
    var isSettled = false
    while !Task.isCancelled {
      let left = one.ends - clock.now().moment
      guard left > .zero else { break }
      let request = ControlRequest.holdFault(id: one.report.id, fault: one.report.fault, left: Int(left.nanoseconds / 1_000_000))
      let answer = try? await reach.ask(one.name, request)
      switch answer {
      case .done?:
        if one.rule.isOneStroke { return await settle(one, .init(.done, "it has struck")) }
        if !isSettled { await settle(one, .init(.active)) }
        isSettled = true
      case .failure(let reason)? where !isSettled: return await settle(one, .init(.refused, reason.detail))
      // A connector that does not run, or hangs, gets it when it is back.
      default: break
      }
      guard (try? await clock.sleep(for: isSettled ? Self.handAgain : .milliseconds(250))) != nil else { break }
    }
    // In a task of its own: this one is cancelled, and the word must get through all the same.
    let reach = reach
    await Task { _ = try? await reach.ask(one.name, .healFault(id: one.report.id)) }.value
  }

  private func settle(_ one: Held, _ verdict: FaultVerdict) async { await view.settle(one.report.id, verdict) }
}

extension FaultHand {
  /// Asks each connector over its control socket: a connection for each question, which takes two seconds at most.
  static func socketAsker(_ connectors: [LabEndpoints.Connector]) -> @Sendable (String, ControlRequest) async throws -> ControlAnswer {
    let sockets = Dictionary(connectors.map { ($0.name, $0.socket) }, uniquingKeysWith: { first, _ in first })
    return { name, request in
      let socket = sockets[name] ?? ""
      return try await blocking { try ControlClient(path: socket, software: "connector-lab", timeout: .seconds(2)).ask(request) }
    }
  }
}
