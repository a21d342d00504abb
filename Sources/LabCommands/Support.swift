import ArgumentParser
import ConnectorSettings
import Foundation
import Lab
import Synchronization

enum Environment {
  static var values: [String: String] { ProcessInfo.processInfo.environment }
}

/// Whole lines to standard output and error, from any thread.
enum Console {
  private static let lock = Mutex(())

  static func out(_ line: String) { put(FileHandle.standardOutput, line + "\n") }
  static func raw(_ text: String) { put(FileHandle.standardOutput, text) }
  static func error(_ line: String) { put(FileHandle.standardError, line + "\n") }

  private static func put(_ handle: FileHandle, _ text: String) {
    // A reader that has gone (a closed pipe) must not end the lab.
    lock.withLock { _ in try? handle.write(contentsOf: Data(text.utf8)) }
  }
}

/// Runs a command's body: a `LabError` becomes its message on standard error and its exit code.
func reporting(_ body: () async throws -> Void) async throws {
  do {
    try await body()
  } catch let error as LabError {
    Console.error("connector-lab: \(error)")
    throw ExitCode(error.exit.rawValue)
  }
}

extension TimeSpan: ExpressibleByArgument {
  package init?(argument: String) { self.init(text: argument) }
}
