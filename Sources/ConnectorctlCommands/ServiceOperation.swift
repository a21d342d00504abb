package import World

/// The operations of services that have a command of their own. Their bodies are those of the service's `<Name>Wire.swift`, as JSON.
package struct ServiceOperation: Hashable, Sendable {
  package var service: ServiceName
  package var name: String

  package init(_ service: ServiceName, _ name: String) {
    self.service = service
    self.name = name
  }

  static let find = ServiceOperation(.adProvider, "find")
  static let groups = ServiceOperation(.adProvider, "groups")
  static let domains = ServiceOperation(.adProvider, "domains")
  static let directoryHealth = ServiceOperation(.adProvider, "health")
  static let putSecret = ServiceOperation(.credentialProvider, "put")
  static let getSecret = ServiceOperation(.credentialProvider, "get")
  static let listSecrets = ServiceOperation(.credentialProvider, "list")
  static let removeSecret = ServiceOperation(.credentialProvider, "remove")
  static let rotateSecrets = ServiceOperation(.credentialProvider, "rotate")
  static let secretStatus = ServiceOperation(.credentialProvider, "status")
  static let collectLogs = ServiceOperation(.logger, "collect")
  static let logStatus = ServiceOperation(.logger, "status")
  static let logLevel = ServiceOperation(.logger, "set-level")
  static let watchDogStatus = ServiceOperation(.watchDog, "status")
  static let maintenance = ServiceOperation(.watchDog, "maintenance")
  static let scheduleRestart = ServiceOperation(.watchDog, "schedule-restart")
  static let cancelRestart = ServiceOperation(.watchDog, "cancel-restart")
  static let updateStatus = ServiceOperation(.watchDog, "update-status")
  static let updateClear = ServiceOperation(.watchDog, "update-clear")
  static let updateRollback = ServiceOperation(.watchDog, "update-rollback")
  static let updatePin = ServiceOperation(.watchDog, "update-pin")
  static let updateUnpin = ServiceOperation(.watchDog, "update-unpin")
  static let syncStatus = ServiceOperation(.configSynchronizer, "status")
  static let syncNow = ServiceOperation(.configSynchronizer, "sync-now")
  static let brokerStatus = ServiceOperation(.remoteBroker, "status")
  static let highAvailabilityStatus = ServiceOperation(.highAvailability, "status")
  static let highAvailabilityWhy = ServiceOperation(.highAvailability, "why")
  static let highAvailabilityForce = ServiceOperation(.highAvailability, "force")
  static let highAvailabilityClear = ServiceOperation(.highAvailability, "clear")
}
