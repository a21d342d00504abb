import Foundation
import Lab
import Simulation

/// A trace on disk: the columns of `TraceLine`, separated by tabs, below a head row.
final class TraceFile {
  private let path: String
  private let handle: FileHandle
  private var buffer = "seconds\tnode\twhat\tsubject\tdetail\n"
  private var problem: (any Error)?

  init(_ path: String) throws {
    guard FileManager.default.createFile(atPath: path, contents: nil), let handle = FileHandle(forWritingAtPath: path) else {
      throw LabError(.cannotCreate, "the trace cannot be written to \(path); name a file in a folder that exists and may be written")
    }
    self.path = path
    self.handle = handle
  }

  func add(_ line: TraceLine) {
    buffer += line.text + "\n"
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
