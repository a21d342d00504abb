import ConnectorSettings
import Foundation
import World

/// What a lab is going to be: its configuration with the command line's options applied, and every path resolved.
package struct LabPlan: Sendable {
  package var configuration: LabConfiguration
  package var paths: LabPaths
  /// The file that `configuration` came from; the cloud's process reads it again.
  package var configurationFile: String
  package var directoryFile: String
  package var brokerFile: String

  package init(configuration: LabConfiguration, configurationFile: String, paths: LabPaths) {
    self.configuration = configuration
    self.configurationFile = configurationFile
    self.paths = paths
    let folder = URL(filePath: configurationFile).deletingLastPathComponent()
    func resolved(_ path: String) -> String { path.hasPrefix("/") ? path : folder.appending(path: path).standardizedFileURL.path }
    directoryFile = resolved(configuration.resourceLocation.directory)
    brokerFile = resolved(configuration.resourceLocation.configuration)
  }

  package var connectorNames: [String] { (0..<configuration.connectors.count).map { "c\($0 + 1)" } }
  /// Written by the cloud once its ports are open.
  package var endpointsFile: String { "\(paths.cloud)/cloud.json" }
  /// Why the cloud's process could not start.
  package var startProblemFile: String { "\(paths.cloud)/start-problem" }
  package var cloudLog: String { "\(paths.cloud)/cloud.log" }
  /// Its events, which outlive it.
  package var cloudEvents: String { "\(paths.cloud)/\(LabPaths.eventFile)" }

  var site: RunningLab.Site {
    .init(
      brokerFile: brokerFile, directoryFile: directoryFile, joinedDomain: configuration.resourceLocation.joinedDomain,
      machines: configuration.resourceLocation.machines,
      heartbeatMilliseconds: Int(configuration.resourceLocation.heartbeatPeriod.duration.nanoseconds / 1_000_000),
      outageProfile: configuration.connectors.outageProfile.rawValue)
  }

  func endpoints(_ cloud: CloudEndpoints, _ connectors: [LabEndpoints.Connector]) -> LabEndpoints {
    LabEndpoints(
      stateDirectory: paths.root, cloud: cloud.api, link: cloud.link, releases: cloud.api + "/releases", caFile: cloud.caFile,
      customer: cloud.customer,
      resourceLocation: "\(cloud.resourceLocationName) (\(cloud.resourceLocation))", clientID: cloud.clientID,
      clientSecretFile: cloud.clientSecretFile,
      connectors: connectors)
  }
}
