/// Why `connectord` ends: each has its exit code, from sysexits(3) where one fits. `--help` prints this table.
package enum ExitReason: Int32, CaseIterable, Sendable {
  case stopped = 0
  case checkFailed = 1
  case usage = 64
  case noInput = 66
  case inUse = 69
  case budgetSpent = 70
  case cannotCreate = 73
  case restart = 75
  case configuration = 78

  package var meaning: String {
    switch self {
    case .stopped: "stopped in order, as asked"
    case .checkFailed: "check-config found problems"
    case .usage: "the command line is wrong"
    case .noInput: "the configuration file cannot be read"
    case .inUse: "the state directory or the control socket belongs to a connector that runs"
    case .budgetSpent: "services failed more often than the restart budget allows"
    case .cannotCreate: "the state directory, the control socket or the port for the other connectors cannot be made"
    case .restart: "a restart was scheduled: start me again"
    case .configuration: "the configuration is wrong"
    }
  }

  package static var table: String {
    allCases.map { "  \($0.rawValue < 10 ? " " : "")\($0.rawValue)  \($0.meaning)" }.joined(separator: "\n")
  }
}
