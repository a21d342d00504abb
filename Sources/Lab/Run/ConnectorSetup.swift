import ConfigurationYAML
import ConnectorSettings
import Evergreen
import Foundation
import ReleaseSlots
import Releases
import World

/// Writes what one connector of the lab needs before it starts: its folder, its configuration file and its client secret.
package struct ConnectorSetup: Sendable {
  let name: String
  let laboratory: LabConfiguration
  let paths: LabPaths
  let cloud: CloudEndpoints
  let directoryFile: String
  let files: any Files
  /// Started from releases on disk, which it updates; otherwise it is a part of this process, which nobody can update.
  var isFromReleases = false
  /// `host:port` of its XML service; nil: none.
  var xml: String?

  var fqdn: String { "\(name).\(laboratory.connectors.domain)" }
  var stateDirectory: String { "\(paths.connector(name))/state" }
  var configurationFile: String { "\(paths.connector(name))/connectord.yaml" }
  var logFile: String { "\(paths.connector(name))/connectord.log" }
  /// Its events, which outlive it; outside of what a rollback puts back.
  var eventFile: String { "\(paths.connector(name))/\(LabPaths.eventFile)" }
  var socket: String { "\(stateDirectory)/control.sock" }
  /// Its releases, side by side.
  var releases: String { "\(paths.connector(name))/evergreen" }
  /// Where it tells its launcher that it is ready.
  var notifySocket: String { "\(paths.connector(name))/notify.sock" }
  /// Held by the launcher and by the process that it started.
  var runLock: String { "\(paths.connector(name))/run.lock" }

  var endpoint: LabEndpoints.Connector {
    LabEndpoints.Connector(name: name, fqdn: fqdn, socket: socket, stateDirectory: stateDirectory, xml: xml)
  }

  /// Settings that an older release may not know: told to it by the environment, which it ignores then, and not by its file, which it would refuse.
  var told: [String] {
    [
      "highAvailability.profile=\(laboratory.connectors.outageProfile.rawValue)", "highAvailability.initialHA=\(laboratory.connectors.initialHA)",
      "highAvailability.pendingRecovery=\(laboratory.connectors.pendingRecovery)",
    ] + (xml.map { ["remoteBroker.listen=\($0)"] } ?? [])
  }

  /// The configuration of this connector without what it is told by the environment, as its file says it.
  var configuration: ConnectorConfiguration {
    var made = ConnectorConfiguration(
      connector: .init(
        fqdn: fqdn, customer: cloud.customer, resourceLocation: cloud.resourceLocation, clientID: cloud.clientID,
        clientSecretFile: cloud.clientSecretFile),
      cloud: .init(url: cloud.api, caFile: cloud.caFile))
    made.state.directory = stateDirectory
    made.cloud.backoffInitial = TimeSpan(.milliseconds(200))
    made.cloud.backoffMax = TimeSpan(.seconds(2))
    made.cloud.silenceLimit = laboratory.cloud.leaseLength
    made.supervision.restartBudget = laboratory.connectors.restartBudget
    made.supervision.pingEvery = laboratory.connectors.pingEvery
    made.supervision.pingDeadline = laboratory.connectors.pingDeadline
    made.events.output = .stderr
    made.directory.file = directoryFile
    made.directory.joinedDomain = laboratory.resourceLocation.joinedDomain
    made.configSync.interval = laboratory.connectors.syncEvery
    made.highAvailability.probeEvery = laboratory.connectors.probeEvery
    made.highAvailability.peerTimeout = laboratory.connectors.peerTimeout
    made.testbed.faults = true
    if isFromReleases {
      made.state.releases = releases
      made.updates = laboratory.connectors.updates
      made.updates.root = paths.firstRoot
    }
    return made
  }

  /// The same with what it is told: for a connector in this process.
  func configurationAsTold() throws -> ConnectorConfiguration {
    let encoder = JSONEncoder()
    let bytes = Array(try encoder.encode(try ConfigurationFields.sparse(configuration)))
    return try ConfigurationLayers(file: .init(path: configurationFile, bytes: bytes), set: SettingsByEnvironment.known(told)).load { _ in nil }.value
  }

  /// The same settings for who starts it and for its own Agent System.
  func slots(onFact: @escaping @Sendable (UpdateFact) -> Void) -> ReleaseSlots {
    ReleaseSlots(files: files, root: releases, settings: ReleaseSlots.Settings(configuration), onFact: onFact)
  }

  /// JSON is YAML too (YAML 1.2), so the file needs no writer of its own. What has its default is left out, so that a release's default configuration can say it.
  func write() throws {
    try files.makeDirectory(stateDirectory, mode: 0o700)
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes, .prettyPrinted]
    try files.replace(
      configurationFile, with: Array(try encoder.encode(try ConfigurationFields.sparse(configuration))) + [10], mode: 0o600,
      step: "lab.connector-configuration")
  }
}

extension LabConfiguration.Connectors {
  var updates: ConnectorConfiguration.Updates {
    var made = ConnectorConfiguration.Updates()
    made.trialHealthyFor = trialHealthyFor
    made.trialProbes = trialProbes
    made.trialProbeEvery = trialProbeEvery
    made.trialFailingFor = trialFailingFor
    made.trialReadyWithin = trialReadyWithin
    made.trialLength = trialLength
    return made
  }

  var trialSettings: TrialSettings { UpdateSettings(updates).trial }
}

/// Where the lab's cloud is and how one gets in; the cloud writes it once its ports are open.
package struct CloudEndpoints: Hashable, Codable, Sendable {
  /// `https://host:port`.
  package var api: String
  /// `host:port`.
  package var link: String
  package var caFile: String
  package var customer: String
  /// The resource location's id.
  package var resourceLocation: String
  package var resourceLocationName: String
  package var clientID: String
  package var clientSecretFile: String
  package var labToken: String
  package var pid: Int32

  package init(
    api: String, link: String, caFile: String, customer: String, resourceLocation: String, resourceLocationName: String, clientID: String,
    clientSecretFile: String, labToken: String, pid: Int32
  ) {
    self.api = api
    self.link = link
    self.caFile = caFile
    self.customer = customer
    self.resourceLocation = resourceLocation
    self.resourceLocationName = resourceLocationName
    self.clientID = clientID
    self.clientSecretFile = clientSecretFile
    self.labToken = labToken
    self.pid = pid
  }
}
