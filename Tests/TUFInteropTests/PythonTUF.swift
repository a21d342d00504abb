import Foundation

/// python-tuf, as `.ci/python-tuf` makes it, and what the tests run with it.
enum PythonTUF {
  struct Failed: Error, CustomStringConvertible {
    var description: String
  }

  static let package = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
  static let tool = package.appending(path: "Tests/TUFInteropTests/Support/tuf_tool.py").path

  /// The interpreter; nil when it cannot be made here (no Python, no package index), which the tests show as skipped.
  static let python: String? = {
    guard let path = try? run(package.appending(path: ".ci/python-tuf").path, []) else { return nil }
    return path.trimmingCharacters(in: .whitespacesAndNewlines)
  }()

  static var isThere: Bool { python != nil }

  /// Runs the helper script to its end; what it prints.
  @discardableResult
  static func call(_ arguments: String...) throws -> String {
    guard let python else { throw Failed(description: "python-tuf is not there") }
    return try run(python, [tool] + arguments)
  }

  static func run(_ program: String, _ arguments: [String]) throws -> String {
    let process = Process()
    process.executableURL = URL(filePath: program)
    process.arguments = arguments
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    let bytes = try output.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { throw Failed(description: "\(program) \(arguments) ended with \(process.terminationStatus)") }
    return String(decoding: bytes, as: UTF8.self)
  }
}

/// A folder with a repository, served on loopback by the helper script for as long as this lives.
final class ServedFolder {
  let path: String
  private(set) var url = ""
  private let process = Process()
  private let input = Pipe()

  init() throws {
    path = NSTemporaryDirectory() + "/tuf-interop-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  /// A repository that python-tuf made.
  convenience init(scenario: String) throws {
    try self.init()
    try PythonTUF.call("make", path, scenario)
    try serve()
  }

  func serve() throws {
    guard let python = PythonTUF.python else { throw PythonTUF.Failed(description: "python-tuf is not there") }
    process.executableURL = URL(filePath: python)
    process.arguments = [PythonTUF.tool, "serve", path]
    let output = Pipe()
    process.standardOutput = output
    process.standardInput = input
    try process.run()
    let port = String(decoding: output.fileHandleForReading.availableData, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
    guard Int(port) != nil else { throw PythonTUF.Failed(description: "the web server said '\(port)' instead of its port") }
    url = "http://127.0.0.1:\(port)"
  }

  /// The paths asked for since the last call.
  func takeRequests() -> [String] {
    let log = path + "/requests.log"
    defer { try? FileManager.default.removeItem(atPath: log) }
    return ((try? String(contentsOfFile: log, encoding: .utf8)) ?? "").split(separator: "\n").map(String.init)
  }

  var root: [UInt8] { (try? Data(contentsOf: URL(filePath: path + "/root.json"))).map { Array($0) } ?? [] }

  var expected: [String: String] {
    let data = (try? Data(contentsOf: URL(filePath: path + "/expected.json"))) ?? Data()
    return (try? JSONDecoder().decode([String: String].self, from: data)) ?? [:]
  }

  deinit {
    if process.isRunning {
      try? input.fileHandleForWriting.close()
      process.waitUntilExit()
    }
    try? FileManager.default.removeItem(atPath: path)
  }
}
