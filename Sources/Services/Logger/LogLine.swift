package import ConnectorSettings
import EventCatalog
package import World

/// One line of a service's log, before it has a text form.
package struct LogLine: Hashable, Sendable {
  package typealias Level = ConnectorConfiguration.Logger.Level

  package var time: WallTime
  package var level: Level
  package var service: ServiceName
  package var message: String

  package init(time: WallTime, level: Level, service: ServiceName, message: String) {
    self.time = time
    self.level = level
    self.service = service
    self.message = message
  }

  /// `2026-11-21T09:30:00.123456Z info ad-provider message` and a line feed. One message is one line: line feeds and other controls in it are
  /// escaped.
  package var text: String { "\(time.iso8601(fraction: 6)) \(level.rawValue) \(service.rawValue) \(OneLine.escape(message))\n" }
}

extension ConnectorConfiguration.Logger.Level {
  /// Whether a log at this level takes a line of `other`.
  func takes(_ other: Self) -> Bool { other.rank <= rank }

  private var rank: Int {
    switch self {
    case .error: 0
    case .warning: 1
    case .info: 2
    case .debug: 3
    }
  }
}
