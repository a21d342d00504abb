import Broker
import BrokerConfiguration
import Foundation
import Glibc

/// What a broker takes of a large site: of its configuration, and then of the machines that are registered. Prints the process's resident memory at each step, in one line of JSON.
enum BrokerMemory {
  static func run(_ count: Int) throws {
    let configuration = StormLoop.site(count)
    let bytes = try configuration.canonicalBytes().count
    let before = resident
    let broker = LockedBroker(.outage, BrokerSite(configuration))
    broker.serve(true)
    let configured = resident
    for machine in configuration.machines {
      _ = broker.answer(
        .register(MachineRegistration(machine: machine.name, callback: "http://10.0.0.1:80/machines/\(machine.name)", sessionSupport: .multiSession)))
    }
    let line = [
      "machines": count, "json": bytes, "before": before, "configured": configured, "registered": resident, "known": broker.counts.registered,
    ]
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    FileHandle.standardOutput.write(try encoder.encode(line) + Data([10]))
  }

  /// Bytes, as the kernel counts them (proc(5), statm).
  private static var resident: Int {
    let fields = ((try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8)) ?? "").split(separator: " ")
    return (fields.count > 1 ? Int(fields[1]) ?? 0 : 0) * Int(sysconf(Int32(_SC_PAGESIZE)))
  }
}
