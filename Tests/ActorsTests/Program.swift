import Foundation
import Synchronization

/// The program under test, beside the test bundle. It is spawned and never linked: it stands in for the clocks and threads of its whole process.
enum Program {
  static let path: String = {
    let path = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? CommandLine.arguments[0]
    return URL(filePath: path).deletingLastPathComponent().appending(path: "connectord-actors").path
  }()

  struct Finished: Sendable {
    var code: Int32
    var output: String
    var errors: String
  }

  /// Runs it to its end, without holding a thread of the tests' pool meanwhile.
  static func run(_ arguments: [String]) async throws -> Finished {
    try await withCheckedThrowingContinuation { continuation in
      Thread { continuation.resume(with: Result { try runHere(arguments) }) }.start()
    }
  }

  static func run(_ arguments: String...) async throws -> Finished { try await run(arguments) }

  /// Runs it until it has children, sends the signal, and waits for its end.
  static func stopped(by signal: Int32, _ arguments: [String]) async throws -> (finished: Finished, children: [Int32]) {
    try await withCheckedThrowingContinuation { continuation in
      Thread {
        continuation.resume(
          with: Result {
            var children: [Int32] = []
            let finished = try runHere(arguments) { process in
              while children.isEmpty, process.isRunning {
                children = Self.children(of: process.processIdentifier)
                sched_yield()
              }
              kill(process.processIdentifier, signal)
            }
            return (finished, children)
          })
      }.start()
    }
  }

  private static func children(of process: Int32) -> [Int32] {
    let text = try? String(contentsOfFile: "/proc/\(process)/task/\(process)/children", encoding: .utf8)
    return (text ?? "").split(separator: " ").compactMap { Int32($0) }
  }

  private static func runHere(_ arguments: [String], meanwhile: (Process) -> Void = { _ in }) throws -> Finished {
    let process = Process()
    process.executableURL = URL(filePath: path)
    process.arguments = arguments
    let (output, errors) = (Pipe(), Pipe())
    process.standardOutput = output
    process.standardError = errors
    process.standardInput = FileHandle.nullDevice
    let said = Mutex(Data())
    let reader = Thread {
      let data = errors.fileHandleForReading.readDataToEndOfFile()
      said.withLock { $0 = data }
    }
    try process.run()
    reader.start()
    meanwhile(process)
    let text = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    while !reader.isFinished { sched_yield() }
    return Finished(
      code: process.terminationStatus, output: String(decoding: text, as: UTF8.self),
      errors: String(decoding: said.withLock { $0 }, as: UTF8.self))
  }

  /// False where the toolchain or the machine cannot simulate actors (exit code 69); the program says why.
  static let canSimulate: Bool = {
    guard let probe = try? runHere(["--list"]) else { return true }
    if probe.code == 69 { FileHandle.standardError.write(Data("the tests of actors are skipped: \(probe.errors)".utf8)) }
    return probe.code != 69
  }()
}
