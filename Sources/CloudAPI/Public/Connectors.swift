package import World

/// A connector as the public API shows it; the list is a bare array (facts/product.md 11.3).
package struct ConnectorModel: Hashable, Codable, Sendable {
  package var id: String
  package var fqdn: String
  /// Its values in the product are unknown; ours is always `EdgeServer`.
  package var role: String
  /// Null here: a connector on Linux has no Windows SID.
  package var windowsSid: String?
  /// Id of the resource location.
  package var location: String
  package var currentVersion: String?
  package var currentBootstrapperVersion: String?
  /// The two expected versions are null unless the query says `RetrieveExpectedVersion=true`.
  package var expectedVersion: String?
  /// The capital S is the product's.
  package var expectedBootStrapperVersion: String?
  /// `Normal` is the one documented value; `Outdated` is ours.
  package var versionState: String
  package var inMaintenance: Bool
  package var leaseEndDateTime: WallTime?
  package var upgradeDisabled: Bool
  package var connectorType: ConnectorType
  /// The sources differ: `Disconnected` in the vendor's example, `Unknown` in administrators' scripts for connectors that work. So: `Disconnected`
  /// without contact, else `Unknown`. Clients go by `versionState`, `inMaintenance` and `lastContactDate`.
  package var status: String
  package var lastContactDate: WallTime?
  /// Present in the detail and with `ExtendedData=true`.
  package var upgrade: Upgrade?

  package enum ConnectorType: String, Codable, CaseIterable, Sendable {
    case windows = "Windows"
    case unified = "Unified"
  }

  /// The fields that only the detail has.
  package struct Upgrade: Hashable, Sendable {
    package var upgradingVersion: String?
    package var upgradingStatus: String?
    package var lastUpgradeDate: WallTime?
    package var lastUpgradeCompletedDate: WallTime?
    package var failedUpgradeReason: String?

    package init(
      upgradingVersion: String? = nil, upgradingStatus: String? = nil, lastUpgradeDate: WallTime? = nil, lastUpgradeCompletedDate: WallTime? = nil,
      failedUpgradeReason: String? = nil
    ) {
      self.upgradingVersion = upgradingVersion
      self.upgradingStatus = upgradingStatus
      self.lastUpgradeDate = lastUpgradeDate
      self.lastUpgradeCompletedDate = lastUpgradeCompletedDate
      self.failedUpgradeReason = failedUpgradeReason
    }
  }

  package init(
    id: String, fqdn: String, location: String, currentVersion: String?, currentBootstrapperVersion: String?, expectedVersion: String?,
    expectedBootStrapperVersion: String?, versionState: String, inMaintenance: Bool, leaseEndDateTime: WallTime?, upgradeDisabled: Bool,
    connectorType: ConnectorType, status: String, lastContactDate: WallTime?, upgrade: Upgrade?
  ) {
    self.id = id
    self.fqdn = fqdn
    role = "EdgeServer"
    self.location = location
    self.currentVersion = currentVersion
    self.currentBootstrapperVersion = currentBootstrapperVersion
    self.expectedVersion = expectedVersion
    self.expectedBootStrapperVersion = expectedBootStrapperVersion
    self.versionState = versionState
    self.inMaintenance = inMaintenance
    self.leaseEndDateTime = leaseEndDateTime
    self.upgradeDisabled = upgradeDisabled
    self.connectorType = connectorType
    self.status = status
    self.lastContactDate = lastContactDate
    self.upgrade = upgrade
  }

  private enum CodingKeys: String, CodingKey {
    case id, fqdn, role, windowsSid, location, currentVersion, currentBootstrapperVersion, expectedVersion, expectedBootStrapperVersion
    case versionState, inMaintenance, leaseEndDateTime, upgradeDisabled, connectorType, status, lastContactDate
    case upgradingVersion, upgradingStatus, lastUpgradeDate, lastUpgradeCompletedDate, failedUpgradeReason
  }

  package init(from decoder: any Decoder) throws {
    let box = try decoder.container(keyedBy: CodingKeys.self)
    id = try box.decode(String.self, forKey: .id)
    fqdn = try box.decode(String.self, forKey: .fqdn)
    role = try box.decode(String.self, forKey: .role)
    windowsSid = try box.decodeIfPresent(String.self, forKey: .windowsSid)
    location = try box.decode(String.self, forKey: .location)
    currentVersion = try box.decodeIfPresent(String.self, forKey: .currentVersion)
    currentBootstrapperVersion = try box.decodeIfPresent(String.self, forKey: .currentBootstrapperVersion)
    expectedVersion = try box.decodeIfPresent(String.self, forKey: .expectedVersion)
    expectedBootStrapperVersion = try box.decodeIfPresent(String.self, forKey: .expectedBootStrapperVersion)
    versionState = try box.decode(String.self, forKey: .versionState)
    inMaintenance = try box.decode(Bool.self, forKey: .inMaintenance)
    leaseEndDateTime = try box.decodeIfPresent(WallTime.self, forKey: .leaseEndDateTime)
    upgradeDisabled = try box.decode(Bool.self, forKey: .upgradeDisabled)
    connectorType = try box.decode(ConnectorType.self, forKey: .connectorType)
    status = try box.decode(String.self, forKey: .status)
    lastContactDate = try box.decodeIfPresent(WallTime.self, forKey: .lastContactDate)
    guard box.contains(.upgradingVersion) else { return }
    upgrade = Upgrade(
      upgradingVersion: try box.decodeIfPresent(String.self, forKey: .upgradingVersion),
      upgradingStatus: try box.decodeIfPresent(String.self, forKey: .upgradingStatus),
      lastUpgradeDate: try box.decodeIfPresent(WallTime.self, forKey: .lastUpgradeDate),
      lastUpgradeCompletedDate: try box.decodeIfPresent(WallTime.self, forKey: .lastUpgradeCompletedDate),
      failedUpgradeReason: try box.decodeIfPresent(String.self, forKey: .failedUpgradeReason))
  }

  /// Every key is present, null where there is no value, as a client that reads by name expects.
  package func encode(to encoder: any Encoder) throws {
    var box = encoder.container(keyedBy: CodingKeys.self)
    try box.encode(id, forKey: .id)
    try box.encode(fqdn, forKey: .fqdn)
    try box.encode(role, forKey: .role)
    try box.encode(windowsSid, forKey: .windowsSid)
    try box.encode(location, forKey: .location)
    try box.encode(currentVersion, forKey: .currentVersion)
    try box.encode(currentBootstrapperVersion, forKey: .currentBootstrapperVersion)
    try box.encode(expectedVersion, forKey: .expectedVersion)
    try box.encode(expectedBootStrapperVersion, forKey: .expectedBootStrapperVersion)
    try box.encode(versionState, forKey: .versionState)
    try box.encode(inMaintenance, forKey: .inMaintenance)
    try box.encode(leaseEndDateTime, forKey: .leaseEndDateTime)
    try box.encode(upgradeDisabled, forKey: .upgradeDisabled)
    try box.encode(connectorType, forKey: .connectorType)
    try box.encode(status, forKey: .status)
    try box.encode(lastContactDate, forKey: .lastContactDate)
    guard let upgrade else { return }
    try box.encode(upgrade.upgradingVersion, forKey: .upgradingVersion)
    try box.encode(upgrade.upgradingStatus, forKey: .upgradingStatus)
    try box.encode(upgrade.lastUpgradeDate, forKey: .lastUpgradeDate)
    try box.encode(upgrade.lastUpgradeCompletedDate, forKey: .lastUpgradeCompletedDate)
    try box.encode(upgrade.failedUpgradeReason, forKey: .failedUpgradeReason)
  }
}

/// The query of the connectors' list. Its names are compared without case: the sources write `Location` and `extendedData`.
package struct ConnectorQuery: Hashable, Sendable {
  /// Only this resource location.
  package var location: String?
  package var extendedData = false
  /// Nil for `All`.
  package var connectorType: ConnectorModel.ConnectorType?
  package var retrieveExpectedVersion = false

  package init() {}
}
