import AgentSystemHost
import CloudAPI
import CloudLinkLive
import ConnectorSettings
import ControlServer
import EventCatalog
import EventHub
import Foundation
import LinkIdentity
import MachineCalls
import PeerChannelLive
import ServiceKit
import Supervision
import WatchDogService
import World

extension Connector {
  /// Runs the connector until `stop`, and returns why it ended. Cancelling the task is the same as `stop`.
  ///
  /// - Parameter onChange: told about each change of the services' states: for the service manager's READY and STATUS.
  package func run(onChange: @escaping @Sendable () -> Void = {}) async -> ExitReason {
    let directory: StateDirectory
    do throws(StateDirectory.Refusal) {
      directory = try StateDirectory(configuration.state.directory, files: ports.files)
    } catch {
      return refuse(error.description, error.exit)
    }
    hub.emit(
      .daemonStarted(version: ports.version.connector, fqdn: configuration.connector.fqdn, directory: configuration.state.directory), from: nil)
    do throws(FileError) {
      if let before = try directory.begin(boot: hub.boot) { hub.emit(.daemonPreviousRunUnclean(previousBoot: before), from: nil) }
    } catch {
      // A full disk must not keep the connector from starting: the mark only says how the last run ended.
      hub.emit(.stateUnwritable(path: error.path, problem: error.detail), from: nil)
    }
    let reason = await runParts(onChange)
    directory.end()
    let elapsed = Int((ports.clock.now().moment - startedAt.moment).nanoseconds / 1_000_000)
    hub.emit(.daemonStopped(elapsed: elapsed, exitCode: Int(reason.rawValue)), from: nil)
    hub.finish()
    hub.flush()
    return reason
  }

  private func refuse(_ problem: String, _ reason: ExitReason) -> ExitReason {
    hub.emit(.daemonStartRefused(problem: problem, exitCode: Int(reason.rawValue)), from: nil)
    hub.flush()
    return reason
  }

  private func runParts(_ onChange: @escaping @Sendable () -> Void) async -> ExitReason {
    let link = LiveCloudLink(
      configuration: configuration, version: ports.version.connector, files: ports.files, clock: ports.clock, random: ports.random, events: hub,
      group: ports.eventLoops
    ) { [self] status in
      if status.state == .connected { heardFromCloud() }
      onChange()
    }
    attach(link: link) { link.connectorID }
    let peers: LivePeerChannel
    do {
      peers = try await openPeerChannel(link)
    } catch {
      return refuse("the channel to the other connectors cannot be opened: \(error)", .cannotCreate)
    }
    attach(peerAddress: peers.address)
    let machines = MachineCaller(eventLoops: ports.eventLoops)
    let reason = await runSupervised(link, peers, machines, onChange)
    await machines.stop()
    await peers.stop()
    return reason
  }

  /// Opens the channel where the last run had it, so that peers find this connector again before they have synced its new address.
  private func openPeerChannel(_ link: LiveCloudLink) async throws -> LivePeerChannel {
    let record = "\(configuration.state.directory)/peer-address"
    let credentials: @Sendable () -> LinkCredentials? = { link.credentials }
    let heldFaults = heldFaults
    let passes: @Sendable (PeerDirection) -> Bool = { heldFaults?.peersPass($0) ?? true }
    let last = (try? ports.files.read(record)).map { String(decoding: $0, as: UTF8.self) }
    if configuration.highAvailability.listen == nil, let last, last.hasPrefix("127.0.0.1:"),
      let again = try? await LivePeerChannel.start(listen: last, credentials: credentials, group: ports.eventLoops, passes: passes)
    {
      return again
    }
    let fresh = try await LivePeerChannel.start(
      listen: configuration.highAvailability.listen, credentials: credentials, group: ports.eventLoops, passes: passes)
    // Losing it costs one sync of a delay, so a full disk is no reason not to start.
    try? ports.files.replace(record, with: Array(fresh.address.utf8), mode: 0o600, step: "peer.address")
    return fresh
  }

  private func runSupervised(
    _ link: LiveCloudLink, _ peers: LivePeerChannel, _ machines: MachineCaller, _ onChange: @escaping @Sendable () -> Void
  ) async -> ExitReason {
    let monitoring = SupervisorMonitoring(connector: self)
    let parts = ConnectorParts(
      link: link, peers: peers, agentSystem: agentSystemPorts(), monitoring: monitoring, updates: updaterPorts(link),
      remoteBroker: remoteBrokerPorts(link, machines),
      loadDirectory: { [self] text in
        let settings = configuration.directory
        return try ports.directories.directory(text, file: settings.file ?? "", joinedDomain: settings.joinedDomain)
      })
    let settings = configuration.supervision
    let supervisor: Supervisor
    do {
      supervisor = try Supervisor(
        SupervisorSpec(
          children: [linkChild(link)] + ServiceStarts(connector: self, parts: parts).children(), strategy: strategy,
          restartBudget: settings.restartBudget, budgetWindow: settings.budgetWindow.duration, backOffInitial: settings.backoffInitial.duration,
          backOffMax: settings.backoffMax.duration, stableAfter: settings.stableAfter.duration),
        clock: ports.clock, random: ports.random, events: hub, onChange: { _ in onChange() })
    } catch {
      return refuse(error.description, .configuration)
    }
    attach(supervisor: supervisor)
    // A stop that came before there was a supervisor.
    if isStopping { supervisor.stop() }

    let socket = configuration.state.controlSocket ?? "\(configuration.state.directory)/control.sock"
    let server = ControlServer(
      path: socket, software: "connectord \(ports.version.connector)", handler: ControlRequests(connector: self), events: hub)
    return await withTaskGroup(of: Ended.self) { group in
      group.addTask { .supervisor(await supervisor.run()) }
      group.addTask {
        do {
          try await server.run()
          return .control(nil)
        } catch { return .control(.init(error)) }
      }
      group.addTask {
        await DiskWatch(connector: self, onChange: onChange).run()
        return .diskWatch
      }
      var reason = ExitReason.stopped
      for await ended in group {
        switch ended {
        case .supervisor(let outcome):
          if case .budgetSpent = outcome { reason = .budgetSpent }
          if reason == .stopped, wantsRestart { reason = .restart }
          group.cancelAll()
        case .control(let problem?) where !isStopping:
          reason = refuse("the control socket cannot be opened: \(problem.text)", problem.exit)
          stop()
        case .control, .diskWatch: break
        }
      }
      return reason
    }
  }

  private enum Ended: Sendable {
    case supervisor(SupervisorOutcome)
    case control(SocketProblem?)
    case diskWatch
  }

  private struct SocketProblem: Sendable {
    var text: String
    var exit: ExitReason

    init(_ error: any Error) {
      text = "\(error)"
      if case ControlSocketError.inUse = error { exit = .inUse } else { exit = .cannotCreate }
    }
  }

  /// The link under the same supervisor, first in the list: services ask the cloud through it.
  private func linkChild(_ link: LiveCloudLink) -> ChildSpec {
    let requests = LinkRequests(report: { await self.report() }, calls: calls)
    return ChildSpec(id: Self.linkID) { handle in
      handle.ready()
      await link.run(answering: requests)
    }
  }

  static let linkID = "cloud-link"

  private var strategy: RestartStrategy {
    switch configuration.supervision.strategy {
    case .oneForOne: .oneForOne
    case .restForOne: .restForOne
    case .oneForAll: .oneForAll
    }
  }

  private func agentSystemPorts() -> AgentSystemPorts {
    AgentSystemPorts(version: ports.version.connector) { [self] service in
      switch await supervisor?.restart(service.rawValue) {
      case .accepted: return
      case .disabled: throw NotSimulated("service \(service.rawValue)")
      case .stopping: throw ServiceUnavailable(service: service, reason: .stopped)
      case .unknown, nil: throw ServiceUnavailable(service: service, reason: .notRunning)
      }
    } restartProcess: { [self] delay, reason in
      Task {
        try? await ports.clock.sleep(for: delay)
        hub.emit(.daemonStopping(reason: "a restart was asked for: \(reason)"), from: nil)
        stop(restart: true)
      }
    }
  }

  func maintenance() async -> Bool { (try? await registry.find(.elevation).standing().inMaintenance) ?? false }
}
