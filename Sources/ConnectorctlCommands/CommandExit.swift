/// What `connectorctl` ends with, from sysexits(3) where one fits; 0 to 2 are the verdict for `health`.
package enum CommandExit: Int32, CaseIterable, Sendable {
  case done = 0
  case notSo = 1
  case down = 2
  case usage = 64
  case badData = 65
  case noInput = 66
  case unavailable = 69
  case failed = 70
  case cannotCreate = 73
  case protocolError = 76
  case notPermitted = 77

  package var meaning: String {
    switch self {
    case .done: "done; health: ready"
    case .notSo: "health: degraded; config diff: it differs; else: no such thing"
    case .down: "health: down, or no connector answers"
    case .usage: "the command line is wrong"
    case .badData: "the connector does not accept what was given"
    case .noInput: "a file that was named cannot be read"
    case .unavailable: "no connector answers, or the service does not run"
    case .failed: "the connector failed, or does not simulate this"
    case .cannotCreate: "an output file cannot be written"
    case .protocolError: "another version of the protocol, or a broken connection"
    case .notPermitted: "this user may not ask the connector"
    }
  }

  package static var table: String {
    allCases.map { "  \($0.rawValue < 10 ? " " : "")\($0.rawValue)  \($0.meaning)" }.joined(separator: "\n")
  }
}
