import CloudAPI
import Foundation
package import World

/// One JSON object a line, for programs: first `{"endpoints":…}`, then `{"connector":…,"state":…}` for each change of a connector's state,
/// and `{"connector":…,"fault":{…}}` when a fault begins or ends.
package final class JSONPresenter: LabPresenter {
  private struct First: Encodable { var endpoints: LabEndpoints }
  private struct Change: Encodable {
    var connector: String
    var state: String
    var reason: String
    var elected: Bool
    /// As it last said itself.
    var version: String
    var time: WallTime
  }
  private struct FaultChange: Encodable {
    var connector: String
    var fault: FaultReport
    var time: WallTime
  }
  private let write: @Sendable (String) -> Void

  package init(write: @escaping @Sendable (String) -> Void) { self.write = write }

  package func banner(_ endpoints: LabEndpoints) { put(First(endpoints: endpoints)) }

  package func rows(_ rows: [ConnectorRow], now: WallTime) {}

  package func change(_ change: RowChange, at now: WallTime) {
    if case .fault(let row, let fault) = change { put(FaultChange(connector: row.name, fault: fault, time: now)) }
    guard case .state(let row, _) = change else { return }
    put(Change(connector: row.name, state: row.state, reason: row.reason, elected: row.elected, version: row.version, time: now))
  }

  package func event(_ line: String) {}
  package func note(_ text: String) {}

  private func put(_ value: some Encodable) {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    guard let data = try? encoder.encode(value) else { return }
    write(String(decoding: data, as: UTF8.self))
  }
}
