package import CloudAPI
import LiveFaults

/// `fault list` as text.
package enum FaultTable {
  package static func lines(_ list: FaultList) -> [String] {
    guard !list.faults.isEmpty else { return ["no faults"] }
    let rows = list.faults.map { report in
      let fault = report.fault
      return [
        "\(report.id)", fault.on, fault.kind, fault.value ?? "", fault.jitter ?? "", fault.probability ?? "", fault.seed.map { "\($0)" } ?? "",
        report.leftText, report.standing.rawValue,
      ]
    }
    return Columns.aligned([["ID", "ON", "KIND", "VALUE", "JITTER", "PROBABILITY", "SEED", "LEFT", "STATE"]] + rows)
  }

  /// `fault 1 on link:c1 for 1m: latency 300ms ±50ms`.
  package static func line(_ report: FaultReport) -> String {
    "fault \(report.id) on \(report.fault.on) for \(report.leftText): \(report.fault.short)"
  }
}
