import Foundation
package import World

/// The one place where connectorctl reads the clock: ages on its command line count from now.
package enum LocalTime {
  package static var now: WallTime { WallTime(microseconds: Int64(Date().timeIntervalSince1970 * 1_000_000)) }
}

extension WallTime {
  static func - (time: WallTime, age: Duration) -> WallTime { WallTime(microseconds: time.microseconds - age.nanoseconds / 1_000) }
}
