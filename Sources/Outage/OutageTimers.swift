/// How long everything takes: one of the profiles, or made from one.
package struct OutageTimers: Hashable, Sendable {
  /// The profile's name, such as `cloud-60s`.
  package var name: String
  /// Outage mode is entered once the cloud has failed for this long. The sources differ, and so do the profiles.
  package var detection: Duration
  /// So long the health check takes at least, though the cloud has failed for `detection` already. Unknown, chosen: two probes.
  package var check: Duration
  /// So long the way to the cloud must be well before Pending HA ends well, or before a recovery begins. Unknown, chosen.
  package var settle: Duration
  /// Flap damping: after a return to Working Normally nothing is checked anew for this long. Unknown, chosen: with `check` at most `detection`, so
  /// that it never delays a real outage.
  package var holdDown: Duration
  /// A health check that comes to no end by then has failed: a way that is never well for `settle` is no way. Unknown, chosen.
  package var checkLimit: Duration
  /// How long Initial HA lasts. Unknown; ten minutes are commonly quoted, from memory and unverified (product facts 3.2 and open question 2).
  package var initialHA: Duration
  /// How long the cloud must be well without a break before it brokers again. Cloud profiles: as `initialHA`.
  package var pendingRecovery: Duration
  /// Between two probes of the way to the cloud while there is doubt; one that is not answered by the next has failed. Unknown, chosen.
  package var probeEvery: Duration
  /// How long what a peer said of itself counts, and how old this connector's own proof of the cloud may be when it tells its peers. Unknown, chosen.
  package var wordFor: Duration
  /// A connector that StoreFront has not asked for this long cannot enter outage mode. 3 days: a trace of the product, "Disable LHC because last Nfuse
  /// activity expired after: 3.00:00:00" (davidwilkinson.co.uk, 2018; product facts 3.3).
  package var storeFrontFor: Duration
  /// How often a lasting outage is told of again. 120 s, at least 60 s: `Lhc.OutageSummaryEventIntervalSecs` (product facts 3.4).
  package var summaryEvery: Duration

  package init(
    name: String, detection: Duration, check: Duration, settle: Duration, holdDown: Duration, checkLimit: Duration, initialHA: Duration,
    pendingRecovery: Duration, probeEvery: Duration, wordFor: Duration, storeFrontFor: Duration = .seconds(3 * 86_400),
    summaryEvery: Duration = .seconds(120)
  ) {
    self.name = name
    self.detection = detection
    self.check = check
    self.settle = settle
    self.holdDown = holdDown
    self.checkLimit = checkLimit
    self.initialHA = initialHA
    self.pendingRecovery = pendingRecovery
    self.probeEvery = probeEvery
    self.wordFor = wordFor
    self.storeFrontFor = storeFrontFor
    self.summaryEvery = summaryEvery
  }

  /// Detection after 60 s: the product's current documentation (product facts 3.2, "Conflicts").
  package static let cloud60 = OutageTimers(
    name: "cloud-60s", detection: .seconds(60), check: .seconds(10), settle: .seconds(15), holdDown: .seconds(45), checkLimit: .seconds(180),
    initialHA: .seconds(600), pendingRecovery: .seconds(600), probeEvery: .seconds(5), wordFor: .seconds(15))

  /// Detection after 20 s: the product's older documentation (product facts 3.2, "Conflicts").
  package static let cloud20 = OutageTimers(
    name: "cloud-20s", detection: .seconds(20), check: .seconds(4), settle: .seconds(5), holdDown: .seconds(15), checkLimit: .seconds(60),
    initialHA: .seconds(600), pendingRecovery: .seconds(600), probeEvery: .seconds(2), wordFor: .seconds(15))

  /// Detection after 90 s: the product on premises (product facts 3.2). Its return was measured 1 min 33 s after the broker's (theorypc's test, the same
  /// place): `settle` and Pending Recovery together are chosen near it.
  package static let onPrem90 = OutageTimers(
    name: "onprem-90s", detection: .seconds(90), check: .seconds(10), settle: .seconds(15), holdDown: .seconds(60), checkLimit: .seconds(270),
    initialHA: .seconds(600), pendingRecovery: .seconds(75), probeEvery: .seconds(5), wordFor: .seconds(15))

  package static let profiles = [cloud60, cloud20, onPrem90]

  /// Nil when there is no such profile.
  package static func profile(_ name: String) -> OutageTimers? { profiles.first { $0.name == name } }

  /// How long the way to the cloud must be well before a recovery begins, after so many that failed: doubled with each, and never longer than
  /// Pending Recovery. Unknown, chosen: a cloud that comes and goes must not be believed as often as it comes.
  package func settle(after relapses: Int) -> Duration {
    let doubled = settle * (1 << min(max(relapses, 0), 16))
    return min(doubled, max(settle, pendingRecovery))
  }
}
