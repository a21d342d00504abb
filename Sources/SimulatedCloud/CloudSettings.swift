package import CloudAPI
package import Rollouts

/// The cloud's cadences and limits. Each says where its value is from; "chosen" means that no source gives one.
package struct CloudSettings: Hashable, Sendable {
  /// One hour: facts/product.md 11.1.
  package var tokenLifetime: Duration = .seconds(3600)
  /// How often each connector is asked. Unknown in the product, chosen; a connector takes 15 s of silence for a dead link.
  package var heartbeatEvery: Duration = .seconds(5)
  /// How soon a connector whose services do not all work yet is asked again, and how often at most on one link: a start is over long before a slow
  /// cadence comes round. Chosen.
  package var earlyHeartbeatEvery: Duration = .seconds(1)
  package var earlyHeartbeats = 10
  /// How long one heartbeat may take. Unknown, chosen.
  package var heartbeatTimeout: Duration = .seconds(4)
  /// How long an answered heartbeat keeps a connector in contact. The product has leases (`leaseEndDateTime`), their length is unknown; chosen:
  /// three heartbeats.
  package var leaseLength: Duration = .seconds(15)
  /// From the last contact to "disconnected". Unknown, chosen.
  package var disconnectedAfter: Duration = .seconds(300)
  /// An error must last this long before administrators are notified, so that a start is no alarm. Unknown, chosen.
  package var errorNotifyAfter: Duration = .seconds(60)
  /// A connector's clock may differ by this much. Unknown ("set to the correct UTC time" in the seed), chosen: Kerberos's usual 5 minutes.
  package var clockSkewLimit: Duration = .seconds(300)
  /// 90 days: facts/product.md 5.
  package var systemLogRetention: Duration = .seconds(90 * 86_400)
  /// Notifications kept for a customer. Unknown, chosen.
  package var notificationLimit = 1000
  /// How stale the saved time of the last contact may be after a restart of the cloud. Ours.
  package var contactSavedEvery: Duration = .seconds(60)
  /// The version that connectors are meant to run; nil: whatever each of them runs.
  package var expectedVersion: String?
  package var expectedBootstrapperVersion: String?
  /// A connector below this version is outdated and counts as unable to serve (CTX224073); nil: none is.
  package var outdatedBelow: String?
  /// States of a service in which it does its work; `disabled` is neither up nor down.
  package var workingServiceStates: Set<String> = ["running", "ready"]

  /// How long a connector may take to answer an order of the rollout coordinator. Chosen: it answers before it acts.
  package var orderTimeout: Duration = .seconds(30)
  /// How long after an order that a connector did not answer, or could not obey yet, it is given once more. Chosen.
  package var orderRetry: Duration = .seconds(5)
  /// How often the cloud looks whether something was published that nobody told it of. Chosen: one look at a file's time.
  package var releasesEvery: Duration = .seconds(15)
  /// How updates are rolled out.
  package var rollout: RolloutSettings = {
    var settings = RolloutSettings()
    settings.confirmsHealth = true
    return settings
  }()

  package init() {}

  /// The services of a report that should work and do not.
  package func down(_ report: ConnectorReport) -> [ConnectorReport.Service] {
    report.services.filter { $0.state != "disabled" && !workingServiceStates.contains($0.state) }
  }
}
