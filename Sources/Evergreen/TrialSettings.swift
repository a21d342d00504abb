/// How long a release is tried and what it must show. A deployment may change each.
package struct TrialSettings: Hashable, Sendable {
  /// W: health without a break before a commit. 10 minutes: Elastic Agent's grace period.
  package var healthyFor: Duration = .seconds(600)
  /// K: healthy probes within that time.
  package var probes = 20
  /// Of these, probes that went to the cloud and back. One shows what a running process alone does not.
  package var endToEndProbes = 1
  /// Between two probes. 30 seconds: Elastic Agent's status check.
  package var probeEvery: Duration = .seconds(30)
  /// How long a probe's question to the cloud may take. It adds to the time between two probes, and a cloud that is slow is no fault of the release.
  package var answerWithin: Duration = .zero
  /// Failing this long ends the trial. Longer than one interval: a single bad look is noise (Elastic Agent's rule).
  package var failingFor: Duration = .seconds(60)
  /// Times that health may break; one more ends the trial. 3: Elastic Agent's limit.
  package var flaps = 3
  /// From the start of a process to its readiness. Chosen: the connector's own start takes seconds.
  package var readyWithin: Duration = .seconds(180)
  /// The dead man's deadline: not committed by then means back. 50 minutes: Datadog's experiment unit.
  package var length: Duration = .seconds(3_000)
  /// Starts of the trial; more is a loop. A machine that loses power in a trial starts it again.
  package var runs = 3
  /// From the order to activate to the restart that opens the trial; later the right to do so may be another connector's.
  package var openWithin: Duration = .seconds(900)

  package init() {}

  /// Two probes that end further apart are not continuous: nobody looked in between. One that was missed is none.
  package var longestGap: Duration { probeEvery * 2 + answerWithin }

  /// Why these cannot work together; nil when they can.
  package var problem: String? {
    if probes < 1 || endToEndProbes < 1 { return "expected at least one probe, and one of them end to end" }
    if endToEndProbes > probes { return "expected no more end-to-end probes than probes" }
    if probeEvery <= .zero || healthyFor <= .zero { return "expected durations above zero" }
    if length < healthyFor + readyWithin + probeEvery { return "expected the trial to be longer than what it takes to be ready and healthy" }
    if runs < 1 { return "expected at least one run" }
    return nil
  }
}
