package import ConnectorSettings

/// How long each state of an update may last, and how often it is tried.
package struct UpdateSettings: Hashable, Sendable {
  package var trial = TrialSettings()
  /// Chosen: a look at local records.
  package var checkWithin: Duration = .seconds(60)
  /// Chosen: 1 GB at 300 kB/s.
  package var downloadWithin: Duration = .seconds(3_600)
  /// The Agent System's own limit of an installation.
  package var installWithin: Duration = .seconds(600)
  /// 14 days: the longest that the product's schedule holds an update back.
  package var permissionWithin: Duration = .seconds(14 * 86_400)
  package var commitWithin: Duration = .seconds(60)
  /// R: from the decision to the running release.
  package var rollBackWithin: Duration = .seconds(300)
  /// A: attempts of one version before it needs a clear.
  package var attempts = 5
  /// Pauses after a failed download: Elastic Agent's.
  package var retryPauses: [Duration] = [.seconds(60), .seconds(300), .seconds(600), .seconds(900), .seconds(1_800), .seconds(3_600)]

  /// Between two looks at the signed metadata. Chosen: as often as a repository signs it anew.
  package var lookEvery: Duration = .seconds(86_400)
  /// F of T4: chosen, three timestamps that did not come.
  package var freezeAfter: Duration = .seconds(3 * 86_400)

  package init() {}
}

extension UpdateSettings {
  /// As a connector's configuration says.
  package init(_ configuration: ConnectorConfiguration) {
    self.init(configuration.updates)
    trial.answerWithin = configuration.cloud.connectTimeout.duration + configuration.cloud.requestTimeout.duration
  }

  /// Without what its questions to the cloud take.
  package init(_ updates: ConnectorConfiguration.Updates) {
    trial.healthyFor = updates.trialHealthyFor.duration
    trial.probes = updates.trialProbes
    trial.probeEvery = updates.trialProbeEvery.duration
    trial.failingFor = updates.trialFailingFor.duration
    trial.readyWithin = updates.trialReadyWithin.duration
    trial.length = updates.trialLength.duration
    lookEvery = updates.lookEvery.duration
    freezeAfter = updates.freezeAfter.duration
  }
}
