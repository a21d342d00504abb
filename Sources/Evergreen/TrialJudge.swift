package import World

/// One look at a release on trial.
package struct Probe: Hashable, Sendable {
  package var isHealthy: Bool
  /// A message went to the cloud and its answer came back. Only true with `isHealthy` counts.
  package var reachedTheCloud: Bool
  /// What was wrong, for people.
  package var detail: String

  package init(isHealthy: Bool, reachedTheCloud: Bool, detail: String = "") {
    self.isHealthy = isHealthy
    self.reachedTheCloud = reachedTheCloud
    self.detail = detail
  }
}

/// What a commit rests on (L3).
package struct Evidence: Hashable, Sendable {
  package var healthyFor: Duration
  package var probes: Int
  package var endToEndProbes: Int

  package init(healthyFor: Duration, probes: Int, endToEndProbes: Int) {
    self.healthyFor = healthyFor
    self.probes = probes
    self.endToEndProbes = endToEndProbes
  }
}

/// Judges a trial by its probes. L3: a commit needs health without a break, enough probes, and one of them end to end.
package struct TrialJudge: Hashable, Sendable {
  package enum Verdict: Hashable, Sendable {
    case wait
    case commit(Evidence)
    case fail(String)
  }

  private let settings: TrialSettings
  private let began: Moment
  private var healthySince: Moment?
  private var failingSince: Moment?
  private var lastProbe: Moment
  private var probes = 0
  private var endToEnd = 0
  private var flaps = 0
  private var wasHealthy = false

  package init(_ settings: TrialSettings, began: Moment) {
    self.settings = settings
    self.began = began
    lastProbe = began
  }

  /// After a verdict other than `wait` the judge is done.
  package mutating func take(_ probe: Probe, at moment: Moment) -> Verdict {
    // Nobody looked for too long: what was seen before does not reach to now.
    if moment - lastProbe > settings.longestGap { breakOff() }
    lastProbe = moment
    return probe.isHealthy ? healthy(probe, at: moment) : failing(probe, at: moment)
  }

  private mutating func healthy(_ probe: Probe, at moment: Moment) -> Verdict {
    failingSince = nil
    wasHealthy = true
    let since = healthySince ?? moment
    healthySince = since
    probes += 1
    if probe.reachedTheCloud { endToEnd += 1 }
    let evidence = Evidence(healthyFor: moment - since, probes: probes, endToEndProbes: endToEnd)
    let isEnough =
      evidence.healthyFor >= settings.healthyFor && evidence.probes >= settings.probes && evidence.endToEndProbes >= settings.endToEndProbes
    return isEnough ? .commit(evidence) : late(at: moment, endToEnd == 0 ? "it never reached the cloud" : "it was not healthy for long enough")
  }

  private mutating func failing(_ probe: Probe, at moment: Moment) -> Verdict {
    if healthySince != nil { flaps += 1 }
    breakOff()
    let since = failingSince ?? moment
    failingSince = since
    let what = probe.detail.isEmpty ? "its health check failed" : probe.detail
    if flaps > settings.flaps { return .fail("its health broke \(flaps) times: \(what)") }
    // Before it was healthy once, it has the time to become ready.
    let patience = wasHealthy ? settings.failingFor : max(settings.failingFor, settings.readyWithin - (since - began))
    if moment - since >= patience { return .fail("it was failing for \(Int((moment - since).inSeconds)) s: \(what)") }
    return late(at: moment, what)
  }

  private mutating func breakOff() {
    healthySince = nil
    probes = 0
    endToEnd = 0
  }

  private func late(at moment: Moment, _ why: String) -> Verdict {
    moment - began >= settings.length ? .fail("not committed within \(Int(settings.length.inSeconds)) s: \(why)") : .wait
  }
}
