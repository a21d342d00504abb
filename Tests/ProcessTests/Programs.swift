import Foundation
import Glibc
import Synchronization

/// The programs under test, beside the test bundle.
enum Programs {
  static let folder: String = {
    let path = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? CommandLine.arguments[0]
    return URL(filePath: path).deletingLastPathComponent().path
  }()

  /// The checkout that the tests were built from.
  static let checkout = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().path

  struct Finished {
    var code: Int32
    var output: String
    var errors: String
  }

  /// Runs a program to its end.
  @discardableResult
  static func run(_ name: String, _ arguments: [String], input: String = "", environment: [String: String] = [:]) async throws -> Finished {
    try await run(path: "\(folder)/\(name)", arguments, input: input, environment: environment)
  }

  /// The same with a program of the system.
  @discardableResult
  static func run(path: String, _ arguments: [String], input: String = "", environment: [String: String] = [:]) async throws -> Finished {
    let process = Process()
    process.executableURL = URL(filePath: path)
    process.arguments = arguments
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    let (out, err, stdin) = (Pipe(), Pipe(), Pipe())
    process.standardOutput = out
    process.standardError = err
    process.standardInput = stdin
    return try await withCheckedThrowingContinuation { continuation in
      let thread = Thread {
        do {
          try process.run()
          try stdin.fileHandleForWriting.write(contentsOf: Data(input.utf8))
          try stdin.fileHandleForWriting.close()
          let errors = Mutex(Data())
          let reader = Thread {
            let data = err.fileHandleForReading.readDataToEndOfFile()
            errors.withLock { $0 = data }
          }
          reader.start()
          let output = out.fileHandleForReading.readDataToEndOfFile()
          process.waitUntilExit()
          while !reader.isFinished { sched_yield() }
          continuation.resume(
            returning: Finished(
              code: process.terminationStatus, output: String(decoding: output, as: UTF8.self),
              errors: String(decoding: errors.withLock { $0 }, as: UTF8.self)))
        } catch {
          continuation.resume(throwing: error)
        }
      }
      thread.start()
    }
  }
}

/// A program that runs while a test looks at what it prints.
final class LiveProgram: Sendable {
  private let process = Process()
  let lines: AsyncStream<String>
  private let ended: AsyncStream<Int32>

  /// - Parameters:
  ///   - errors: `lines` are those of standard error instead of standard output.
  ///   - log: a file that standard error is appended to.
  init(_ name: String, _ arguments: [String], environment: [String: String] = [:], errors: Bool = false, log: String? = nil) throws {
    process.executableURL = URL(filePath: "\(Programs.folder)/\(name)")
    process.arguments = arguments
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    let pipe = Pipe()
    process.standardOutput = errors ? FileHandle.nullDevice : pipe
    process.standardError = errors ? pipe : try log.map(Self.appending) ?? FileHandle.standardError
    process.standardInput = FileHandle(forReadingAtPath: "/dev/null")
    let (lines, more) = AsyncStream.makeStream(of: String.self)
    let (ended, end) = AsyncStream.makeStream(of: Int32.self)
    self.lines = lines
    self.ended = ended
    process.terminationHandler = { process in
      TestRoot.forget(process)
      end.yield(process.terminationStatus)
      end.finish()
    }
    TestRoot.watch(process)
    try process.run()
    let thread = Thread {
      var rest = Data()
      while true {
        let data = pipe.fileHandleForReading.availableData
        if data.isEmpty { break }
        rest.append(data)
        while let at = rest.firstIndex(of: 10) {
          more.yield(String(decoding: rest[rest.startIndex..<at], as: UTF8.self))
          rest = rest[(at + 1)...]
        }
      }
      more.finish()
    }
    thread.start()
  }

  private static func appending(_ path: String) throws -> FileHandle {
    if !FileManager.default.fileExists(atPath: path) { try Data().write(to: URL(filePath: path)) }
    let handle = try FileHandle(forWritingTo: URL(filePath: path))
    try handle.seekToEnd()
    return handle
  }

  var pid: Int32 { process.processIdentifier }
  func signal(_ number: Int32) { kill(process.processIdentifier, number) }

  /// The exit code, once it has ended.
  func end() async -> Int32 {
    for await code in ended { return code }
    return process.terminationStatus
  }
}
