import CloudAPI
import ConnectorSettings
import ControlAPI
import EventCatalog
import EventHub
import Supervision
import Systemd
import World

/// Tells the service manager and the event log when the connector becomes ready, degraded, and ready again.
struct Announcer {
  let connector: Connector
  let manager: ServiceManager

  /// Runs until `changes` ends: one element for each change of a service or of the link.
  func run(_ changes: AsyncStream<Void>) async {
    var saidReady = false
    var degradedSince: Moment?
    var wasReady = false
    var sentence = ""
    for await _ in changes {
      if connector.isStopping { continue }
      let facts = await connector.facts()
      let now = connector.ports.clock.now().moment
      // Readiness for the service manager is the services'; the cloud may be away, which is what outage mode is for.
      if !saidReady, facts.services.allReady {
        saidReady = true
        let elapsed = Int((now - connector.startedAt.moment).nanoseconds / 1_000_000)
        connector.hub.emit(.daemonReady(elapsed: elapsed, services: facts.rows.count(where: \.up)), from: nil)
        manager.ready("All services are up.")
      }
      let verdict = facts.verdict(silenceLimit: connector.configuration.cloud.silenceLimit.duration)
      let next = facts.sentence(verdict)
      if next != sentence {
        sentence = next
        manager.status(next)
      }
      guard saidReady else { continue }
      switch (verdict.state, degradedSince) {
      case (.ready, nil): wasReady = true
      case (.ready, let since?):
        wasReady = true
        degradedSince = nil
        connector.hub.emit(.daemonReadyAgain(elapsed: Int((now - since).nanoseconds / 1_000_000)), from: nil)
      // While the first connection is still being made nothing is wrong yet.
      case (_, nil) where verdict.state != .ready && (wasReady || facts.link.attempts > 0):
        degradedSince = now
        connector.hub.emit(.daemonDegraded(reason: verdict.reasons.first ?? "unknown"), from: nil)
      default: break
      }
    }
  }
}
