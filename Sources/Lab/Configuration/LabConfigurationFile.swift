import ConfigurationYAML
import ConnectorSettings
import Evergreen
import LiveWorld
import World

/// Reads `lab.yaml`.
package enum LabConfigurationFile {
  /// Throws `LabError` with every problem, each with line, column and field.
  package static func load(_ path: String) throws(LabError) -> LabConfiguration {
    let bytes: [UInt8]
    do { bytes = try DiskFiles().read(path) } catch { throw LabError(.noInput, "cannot read the lab's configuration: \(error)") }
    return try read(bytes, shownAs: path)
  }

  package static func read(_ bytes: [UInt8], shownAs path: String) throws(LabError) -> LabConfiguration {
    let shape: Shape
    do { shape = try Self.shape() } catch { throw LabError(.configuration, "the lab's configuration cannot be read: \(error)") }
    let configuration: LabConfiguration
    do { configuration = try ShapedFile.load(LabConfiguration.self, file: path, bytes: bytes, shape: shape) } catch {
      throw LabError(.configuration, "\(error)")
    }
    if let problem = conflict(configuration) { throw LabError(.configuration, "\(path): \(problem)") }
    return configuration
  }

  /// Values that are each good and do not go together: every connector would refuse them, over and over.
  private static func conflict(_ lab: LabConfiguration) -> String? {
    if lab.connectors.peerTimeout.duration <= lab.connectors.probeEvery.duration {
      return "connectors.peerTimeout: is \(lab.connectors.peerTimeout); it must be longer than connectors.probeEvery, \(lab.connectors.probeEvery)"
    }
    if lab.cloud.leaseLength.duration <= lab.cloud.heartbeatEvery.duration {
      return "cloud.leaseLength: is \(lab.cloud.leaseLength); it must be longer than cloud.heartbeatEvery, \(lab.cloud.heartbeatEvery)"
    }
    let trial = lab.connectors.trialSettings
    if let problem = trial.problem {
      return "connectors.trialLength: is \(lab.connectors.trialLength), with the other trial settings beside it: \(problem)"
    }
    return nil
  }

  /// The file's form; each default is that of the struct.
  static func shape() throws -> Shape {
    let defaults = try Tree(encoding: LabConfiguration())
    func field(_ section: String, _ key: String, _ shape: Shape) -> ShapeField {
      ShapeField(key, shape, defaults.at("\(section).\(key)").map { .defaulted($0) } ?? .optional)
    }
    func section(_ key: String, _ fields: [ShapeField]) -> ShapeField {
      ShapeField(key, .record(fields), defaults.at(key).map { .defaulted($0) } ?? .optional)
    }
    let span = Shape.duration(TimeSpan(.milliseconds(50)), TimeSpan(.seconds(3600)))
    return .record([
      section(
        "cloud",
        [
          field("cloud", "customer", .text(.token)), field("cloud", "clientID", .text(.nonEmpty)), field("cloud", "listen", .text(.nonEmpty)),
          field("cloud", "apiPort", .integer(0...65535)), field("cloud", "linkPort", .integer(0...65535)), field("cloud", "heartbeatEvery", span),
          field("cloud", "leaseLength", span), field("cloud", "updates", .choice(LabConfiguration.Cloud.Updates.allCases.map(\.rawValue))),
        ]),
      section(
        "resourceLocation",
        [
          field("resourceLocation", "name", .text(.nonEmpty)), field("resourceLocation", "timeZone", .text(.nonEmpty)),
          field("resourceLocation", "configuration", .text(.path)), field("resourceLocation", "directory", .text(.path)),
          field("resourceLocation", "joinedDomain", .text(.hostName)), field("resourceLocation", "machines", .integer(0...100_000)),
          field("resourceLocation", "heartbeatPeriod", .duration(TimeSpan(.seconds(2)), TimeSpan(.seconds(86_400)))),
          field("resourceLocation", "askFor", .text(.nonEmpty)),
        ]),
      section(
        "connectors",
        [
          field("connectors", "count", .integer(1...1000)), field("connectors", "domain", .text(.hostName)), field("connectors", "syncEvery", span),
          field("connectors", "probeEvery", span), field("connectors", "peerTimeout", span), field("connectors", "restartBudget", .integer(0...1000)),
          field("connectors", "outageProfile", .choice(ConnectorConfiguration.HighAvailability.Profile.allCases.map(\.rawValue))),
          field("connectors", "initialHA", .duration(TimeSpan(.seconds(1)), TimeSpan(.seconds(86_400)))),
          field("connectors", "pendingRecovery", .duration(TimeSpan(.seconds(1)), TimeSpan(.seconds(86_400)))),
          field("connectors", "xmlPort", .integer(0...65535)),
          field("connectors", "pingEvery", span),
          field("connectors", "pingDeadline", span), field("connectors", "stopWithin", span),
          field("connectors", "trialHealthyFor", span), field("connectors", "trialProbes", .integer(1...1000)),
          field("connectors", "trialProbeEvery", span), field("connectors", "trialFailingFor", span),
          field("connectors", "trialReadyWithin", .duration(TimeSpan(.seconds(1)), TimeSpan(.seconds(3600)))),
          field("connectors", "trialLength", .duration(TimeSpan(.seconds(1)), TimeSpan(.seconds(86_400)))),
        ]),
    ])
  }
}
