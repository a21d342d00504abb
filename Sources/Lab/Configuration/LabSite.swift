package import BrokerConfiguration
import ConfigurationYAML
import ConnectorSettings
import LiveWorld
import World

/// The broker configuration of a lab: the file's, with as many machines and the heartbeat that the lab's configuration says. Made the same way by the cloud, which
/// publishes it, and by whoever plays its machines.
package enum LabSite {
  /// What the configuration is told to have, in the lab's words.
  package static func made(_ configuration: BrokerConfiguration, _ location: LabConfiguration.ResourceLocation) -> BrokerConfiguration {
    made(configuration, machines: location.machines, heartbeatPeriod: location.heartbeatPeriod.duration)
  }

  package static func made(_ configuration: BrokerConfiguration, machines: Int, heartbeatPeriod: Duration) -> BrokerConfiguration {
    var made = configuration
    made.settings["Core.HeartbeatPeriodMs"] = .integer(Int(heartbeatPeriod.nanoseconds / 1_000_000))
    let models = models(made)
    guard !models.isEmpty else { return made }
    var names = Set(made.machines.map { $0.name.lowercased() })
    var sids = Set(made.machines.map(\.sid))
    var number = made.machines.count
    while made.machines.count < machines {
      number += 1
      var machine = models[number % models.count]
      let domain = machine.sid.split(separator: "-").dropLast().joined(separator: "-")
      machine.name = "VDA-\(padded(number))"
      machine.dnsName = "\(machine.name.lowercased()).\(machine.dnsName.split(separator: ".").dropFirst().joined(separator: "."))"
      machine.sid = "\(domain)-\(100_000 + number)"
      guard names.insert(machine.name.lowercased()).inserted, sids.insert(machine.sid).inserted else { continue }
      machine.hostedMachineID = nil
      machine.inMaintenance = false
      made.machines.append(machine)
    }
    return made
  }

  /// The configuration of a lab that runs. Throws `LabError` when its file is gone or no longer good.
  package static func load(_ site: RunningLab.Site) throws -> BrokerConfiguration {
    let bytes: [UInt8]
    do { bytes = try DiskFiles().read(site.brokerFile) } catch { throw LabError(.noInput, "cannot read the lab's broker configuration: \(error)") }
    do {
      return made(
        try BrokerConfigurationYAML.load(file: site.brokerFile, bytes: bytes), machines: site.machines,
        heartbeatPeriod: .milliseconds(site.heartbeatMilliseconds))
    } catch { throw LabError(.configuration, "the lab's broker configuration is wrong:\n\(error)") }
  }

  /// Machines that anybody may have more of: in service and nobody's own.
  private static func models(_ configuration: BrokerConfiguration) -> [BrokerConfiguration.Machine] {
    let random = Set(configuration.machineCatalogs.filter { $0.allocation == .random }.map(\.name))
    return configuration.machines.filter { $0.deliveryGroup != nil && $0.assignedUsers.isEmpty && random.contains($0.catalog) }
  }

  private static func padded(_ number: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, 3 - digits.count)) + digits
  }
}
