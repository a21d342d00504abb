package import ArgumentParser
package import ControlAPI
package import EventCatalog
import Foundation

/// The other end, as commands use it: a connector, or a stand-in in tests.
package protocol ControlExchange {
  func ask(_ request: ControlRequest) throws(ControlClientError) -> ControlAnswer
  /// See `ControlClient.events`.
  func events(_ query: EventQuery, each: (EventLine) throws -> Bool) throws -> ControlFailure?
}

extension ControlClient: ControlExchange {}

/// What a command runs in: its options, where it prints, and how it reaches the connector.
package struct Session {
  package var options: ControlOptions
  /// Prints text as it is: lines bring their own ends.
  package var print: (String) -> Void
  /// Bytes as they are.
  package var printBytes: ([UInt8]) -> Void
  package var printError: (String) -> Void
  package var outputIsTerminal: Bool
  /// Everything on standard input.
  package var input: () -> [UInt8]
  package var connect: (ControlOptions) throws -> any ControlExchange

  package init(
    options: ControlOptions, print: @escaping (String) -> Void, printBytes: @escaping ([UInt8]) -> Void, printError: @escaping (String) -> Void,
    outputIsTerminal: Bool, input: @escaping () -> [UInt8], connect: @escaping (ControlOptions) throws -> any ControlExchange
  ) {
    self.options = options
    self.print = print
    self.printBytes = printBytes
    self.printError = printError
    self.outputIsTerminal = outputIsTerminal
    self.input = input
    self.connect = connect
  }

  package static func live(_ options: ControlOptions) -> Session {
    let finder = SocketFinder(
      environment: ProcessInfo.processInfo.environment, exists: { FileManager.default.fileExists(atPath: $0) },
      read: { (try? Data(contentsOf: URL(filePath: $0))).map(Array.init) })
    return Session(
      options: options, print: { Self.write(Array($0.utf8), to: .standardOutput) }, printBytes: { Self.write($0, to: .standardOutput) },
      printError: { Self.write(Array($0.utf8), to: .standardError) },
      outputIsTerminal: isatty(STDOUT_FILENO) == 1, input: { Array((try? FileHandle.standardInput.readToEnd()) ?? Data()) },
      connect: { options in
        let path = try finder.find(options)
        return try ControlClient(path: path)
      })
  }

  /// A reader that went away (a closed pipe) ends the process as it does for other programs: by SIGPIPE.
  private static func write(_ bytes: [UInt8], to file: FileHandle) { try? file.write(contentsOf: Data(bytes)) }

  /// Runs a command's body and turns what it throws into the exit status and a message; with `--json` also one line of JSON.
  package func carryOut(_ body: (Session) throws -> CommandExit) throws {
    let status: CommandExit
    do {
      status = try body(self)
    } catch {
      let failure = Self.failure(error)
      if options.json { printJSON(failure.json) }
      printError("connectorctl: \(failure.detail)\n")
      status = failure.status
    }
    if status != .done { throw ExitCode(status.rawValue) }
  }

  static func failure(_ error: any Error) -> CommandFailure {
    switch error {
    case let error as CommandFailure: error
    case let error as ControlClientError: CommandFailure(error)
    case let error as FrameError: CommandFailure(.protocolError, "broken", "\(error)")
    default: CommandFailure(.failed, "failed", "\(error)")
    }
  }

  /// Asks, and throws a failure that is answered.
  package func ask(_ request: ControlRequest) throws -> ControlAnswer {
    let answer = try connect(options).ask(request)
    if case .failure(let reason) = answer { throw CommandFailure(reason) }
    return answer
  }

  /// Asks a service's operation and gives its JSON.
  package func call(_ operation: ServiceOperation, _ body: JSONValue = [:]) throws -> JSONValue {
    switch try ask(.service(service: operation.service, operation: operation.name, body: body)) {
    case .service(let body): return body
    case .bytes(let content): return try JSONValue(json: content.bytes)
    case let other: throw unexpected(other)
    }
  }

  /// Asks a service's operation that answers bytes of its own form.
  package func fetch(_ operation: ServiceOperation, _ body: JSONValue = [:]) throws -> [UInt8] {
    switch try ask(.service(service: operation.service, operation: operation.name, body: body)) {
    case .service(let body): return try body.json()
    case .bytes(let content): return content.bytes
    case let other: throw unexpected(other)
    }
  }

  /// Asks a service's operation and shows its answer.
  package func showCall(_ operation: ServiceOperation, _ body: JSONValue = [:], columns: [String] = []) throws -> CommandExit {
    let answer = try call(operation, body)
    show(answer, as: JSONText.text(answer, columns: columns))
    return .done
  }

  func unexpected(_ answer: ControlAnswer) -> CommandFailure {
    CommandFailure(.protocolError, "broken", "the connector answered something else than was asked: \(answer)")
  }

  package func printLine(_ line: String) { print(line + "\n") }

  package func printJSON(_ value: some Encodable) {
    if let line = try? ControlCoding.line(value) { printLine(line) }
  }

  /// The JSON with `--json`, otherwise the text.
  package func show(_ value: some Encodable, as text: @autoclosure () -> String) {
    if options.json { printJSON(value) } else { print(text()) }
  }
}

/// A command at the end of a path: it says what it does with a session.
package protocol ConnectorctlLeaf: ParsableCommand {
  var options: ControlOptions { get }
  func perform(_ session: Session) throws -> CommandExit
}

extension ConnectorctlLeaf {
  package mutating func run() throws {
    let command = self
    try Session.live(options).carryOut { try command.perform($0) }
  }
}
