import BrokerConfiguration
import ConfigSynchronizerService
import Simulation
import World

/// A connector's copy of the broker configuration: the real `ConfigSynchronizerLogic` of the service that runs, and what stands around it.
struct Synchronizer: Sendable {
  /// Nil while the service does not run.
  var logic: ConfigSynchronizerLogic?
  /// Rises with each start and end of the service: what was meant for one does not reach the next.
  var incarnation: UInt32 = 0
  /// Of which process it is a part, the latest one; nil before the first.
  var process: UInt32?
  var folder: ConfigurationFolder
  /// Its own, so that it shifts nothing of what else is drawn.
  var draws: Draws
  var timer = TimerHandle.none
  /// The revision that went with the question that is open.
  var known: Int?
  var importing = PublishedConfiguration()
  /// Checks since something about it changed: after a few it rests until the next change.
  var checks = 0
  /// Events that it has told.
  var told: UInt64 = 0

  init(_ draws: Draws, _ mutant: Mutant?) {
    self.draws = draws
    folder = ConfigurationFolder(mutant)
  }
}

/// What the cloud has for a resource location.
struct PublishedConfiguration: Sendable {
  var revision = 1
  /// Why it must not be used.
  var problem: String?

  /// - Parameter isSound: otherwise somebody is entitled whom nobody knows, as after an account was deleted in the directory.
  mutating func renew(isSound: Bool) {
    var configuration = BrokerConfiguration()
    configuration.sites = [BrokerConfiguration.Site(name: "site", uuid: "site")]
    if !isSound {
      configuration.deliveryGroups = [BrokerConfiguration.DeliveryGroup(name: "desktops", delivers: .desktops, sessionSupport: .singleSession)]
      configuration.entitlements = [
        BrokerConfiguration.Entitlement(name: "desktop", deliveryGroup: "desktops", includes: ["S-1-5-21-1004336348-1177238915-682003330-1101"])
      ]
    }
    revision += 1
    configuration.revision = revision
    problem = configuration.problems(limit: 1).first?.description
  }
}

/// The steps of an import, each after a while.
enum ImportStep: UInt8, Sendable {
  case build, check, swap
}

/// What can be due for the copy of the configuration. All mean one incarnation of the service.
enum SyncEvent: Sendable {
  case start(UInt32)
  /// The wait until the next check is over.
  case due(UInt32)
  /// The cloud's answer comes, or none.
  case answered(UInt32)
  case step(UInt32, ImportStep)
}
