/// A resource location's window for updates (facts/product.md 11.4): GET answers a bare array with one entry for each location.
/// The bodies of the changing verbs are not known from any source; here they are this model.
package struct MaintenanceWindowModel: Hashable, Codable, Sendable {
  /// `Undefined` means that there is no window.
  package enum Day: String, Codable, CaseIterable, Sendable {
    case undefined = "Undefined"
    case monday = "Monday"
    case tuesday = "Tuesday"
    case wednesday = "Wednesday"
    case thursday = "Thursday"
    case friday = "Friday"
    case saturday = "Saturday"
    case sunday = "Sunday"
  }

  /// Id of the resource location, whose time zone the window is in.
  package var location: String
  package var dayOfWeek: Day
  /// `HH:MM:SS`.
  package var start: String
  /// `Early` is the only documented value.
  package var order: String

  package init(location: String, dayOfWeek: Day = .undefined, start: String = "00:00:00", order: String = "Early") {
    self.location = location
    self.dayOfWeek = dayOfWeek
    self.start = start
    self.order = order
  }

  /// Whether a text is a time of day as `HH:MM:SS`.
  package static func isValid(start: String) -> Bool {
    let parts = start.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count == 3, parts.allSatisfy({ $0.utf8.count == 2 && $0.utf8.allSatisfy { (48...57).contains($0) } }) else { return false }
    return zip(parts, [24, 60, 60]).allSatisfy { (Int($0) ?? .max) < $1 }
  }
}
