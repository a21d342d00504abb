package import ControlAPI

/// Why a command ends without its result.
package struct CommandFailure: Error, Hashable, Sendable, CustomStringConvertible {
  package var status: CommandExit
  /// Stable, for `--json`.
  package var code: String
  package var detail: String

  package init(_ status: CommandExit, _ code: String, _ detail: String) {
    self.status = status
    self.code = code
    self.detail = detail
  }

  package init(_ failure: ControlFailure) {
    let status: CommandExit =
      switch failure.code {
      case .badRequest, .unknownOperation, .tooLarge: .badData
      case .denied: .notPermitted
      case .notFound: .notSo
      case .unavailable, .timeout: .unavailable
      case .unsupportedProtocol: .protocolError
      case .notSimulated, .failed: .failed
      }
    self.init(status, failure.code.rawValue, failure.detail)
  }

  package init(_ error: ControlClientError) {
    switch error {
    case .notRunning:
      self.init(
        .unavailable, "notRunning",
        "\(error). Start it (connector-lab up, or systemctl start connectord), or name another with --connector or --socket")
    case .notPermitted: self.init(.notPermitted, "denied", "\(error)")
    case .timeout: self.init(.unavailable, "timeout", "\(error)")
    case .refused(_, let reason): self.init(reason)
    case .closed: self.init(.unavailable, "closed", "\(error)")
    case .broken: self.init(.protocolError, "broken", "\(error)")
    case .path: self.init(.usage, "path", "\(error)")
    }
  }

  package var description: String { detail }

  /// One line for programs.
  var json: JSONValue { ["error": ["code": .text(code), "detail": .text(detail), "exit": .integer(Int64(status.rawValue))]] }
}
