import ArgumentParser
import FleetReports
import Foundation
import Lab
import Simulation

enum TraceFormat: String, ExpressibleByArgument, CaseIterable {
  case tabs, json
}

/// A trace on disk, written as the run goes: the columns of `TraceLine` below a head row with tabs between, or one JSON object to a line.
final class TraceFile {
  private let path: String
  private let handle: FileHandle
  private let format: TraceFormat
  private var buffer = ""
  private var problem: (any Error)?

  /// - Parameter format: nil: by the name, JSON for `.jsonl` and `.json`.
  init(_ path: String, _ format: TraceFormat? = nil) throws {
    guard FileManager.default.createFile(atPath: path, contents: nil), let handle = FileHandle(forWritingAtPath: path) else {
      throw LabError(.cannotCreate, "the trace cannot be written to \(path); name a file in a folder that exists and may be written")
    }
    self.path = path
    self.handle = handle
    self.format = format ?? (path.hasSuffix(".jsonl") || path.hasSuffix(".json") ? .json : .tabs)
    if self.format == .tabs { buffer = "seconds\tnode\twhat\tsubject\tdetail\n" }
  }

  func add(_ line: TraceLine) {
    buffer += (format == .json ? line.json : line.text) + "\n"
    if buffer.utf8.count > 1 << 16 { flush() }
  }

  func close() throws {
    flush()
    try? handle.close()
    if let problem { throw LabError(.cannotCreate, "the trace in \(path) is not complete: \(problem)") }
  }

  private func flush() {
    do { try handle.write(contentsOf: Data(buffer.utf8)) } catch { problem = problem ?? error }
    buffer = ""
  }
}
