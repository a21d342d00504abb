package import World

/// Every durable write of an update, so that a sweep can end the machine at each one.
package enum EvergreenStep: String, CaseIterable, Sendable {
  /// The bundle, complete and with its digest.
  case download = "evergreen.download"
  /// One file of a release in the making; its manifest, last; then the release as a whole gets its name.
  case unpack = "evergreen.unpack"
  case unpackManifest = "evergreen.unpack-manifest"
  case install = "evergreen.install"
  /// The record, each time it says something else.
  case seed = "evergreen.record.seed"
  case takeOver = "evergreen.record.take-over"
  case command = "evergreen.record.command"
  case open = "evergreen.record.open"
  case attempt = "evergreen.record.try"
  case cancel = "evergreen.record.cancel"
  case commit = "evergreen.record.commit"
  case committed = "evergreen.record.committed"
  case rollBack = "evergreen.record.roll-back"
  case rollBackTry = "evergreen.record.roll-back-try"
  case rolledBack = "evergreen.record.rolled-back"
  case failure = "evergreen.record.failure"
  case clear = "evergreen.record.clear"
  case setAside = "evergreen.record.set-aside"
  /// The record's second copy, after the first; the first from the second, when it was damaged.
  case copy = "evergreen.record.copy"
  case mend = "evergreen.record.mend"
  /// Starts of the trial.
  case runs = "evergreen.runs"
  case linkActive = "evergreen.link.active"
  case linkLastGood = "evergreen.link.last-good"
  case linkTrial = "evergreen.link.trial"
  case unlinkTrial = "evergreen.link.trial-end"
  /// The state before a trial; its way back.
  case snapshotFile = "evergreen.snapshot.file"
  case snapshot = "evergreen.snapshot"
  case stateAside = "evergreen.state.aside"
  case stateRestore = "evergreen.state.restore"
  case stateKeep = "evergreen.state.keep"
  case configuration = "evergreen.configuration"
  /// What nobody needs any more loses its name, then its bytes.
  case collectAside = "evergreen.collect.aside"
  case collect = "evergreen.collect"

  /// The facts' older file.
  case factsRotate = "evergreen.facts.rotate"

  package var step: DurableStep { DurableStep(rawValue: rawValue) }
}
