import World

/// Something that a lab starts and stops: its cloud or a connector; a process of its own, or actors in this one.
package protocol LabPart: Sendable {
  var name: String { get }
  func start() async throws
  /// Returns when its start is over, well or not, or the task is cancelled; at once where that is not known.
  func settled() async
  /// Returns when it is gone; what has not stopped in order within the budget is ended by force.
  func stop(within budget: Duration) async
  /// Sends a signal to its process; false when it has none of its own, or does not run.
  func signal(_ number: Int32) async -> Bool
}

extension LabPart {
  package func settled() async {}
  package func signal(_ number: Int32) async -> Bool { false }
}

extension KeptProcess: LabPart {}
extension ReleaseLauncher: LabPart {
  package func signal(_ number: Int32) -> Bool {
    guard let process, !process.hasEnded else { return false }
    process.send(number)
    return true
  }
}

/// Why a lab cannot do what it was asked; the description says what to do.
package struct LabError: Error, Hashable, Sendable, CustomStringConvertible {
  /// Exit codes of `connector-lab`, from sysexits(3) where one fits; `--help` prints the table.
  package enum Exit: Int32, CaseIterable, Sendable {
    case stopped = 0
    case failed = 1
    case usage = 64
    case data = 65
    case noInput = 66
    case unavailable = 69
    case cannotCreate = 73
    case notReady = 75
    case configuration = 78

    package var meaning: String {
      switch self {
      case .stopped: "done, or stopped in order as asked"
      case .failed: "the cloud or a connector could not be started (the message names its log), or a rule of releases stands against it"
      case .usage: "the command line is wrong"
      case .data: "a file that was named is not what it is to be (scenario)"
      case .noInput: "a file that was named cannot be read"
      case .unavailable: "a lab runs already on this state folder (up), none does (status, down), or another command changes its releases"
      case .cannotCreate: "the state folder cannot be made or written"
      case .notReady: "not everything was healthy within the time given"
      case .configuration: "the lab's configuration, the directory or the broker configuration is wrong, or a record is damaged"
      }
    }

    package static var table: String {
      allCases.map { "  \($0.rawValue < 10 ? " " : "")\($0.rawValue)  \($0.meaning)" }.joined(separator: "\n")
    }
  }

  package var exit: Exit
  package var description: String

  package init(_ exit: Exit, _ description: String) {
    self.exit = exit
    self.description = description
  }
}
