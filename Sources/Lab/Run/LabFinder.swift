import Foundation
import LiveWorld
import World

/// Finds the programs beside this one, and the lab's configuration.
package enum LabFinder {
  /// The folder of the running program.
  package static var programFolder: String {
    let path = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? CommandLine.arguments[0]
    return URL(filePath: path).deletingLastPathComponent().path
  }

  /// `named`, else `config/lab.yaml` below the current folder, else beside the programs.
  package static func configuration(named: String?) throws -> String {
    if let named { return DiskPath.absolute(named) }
    let tried = [DiskPath.absolute("config/lab.yaml"), "\(programFolder)/config/lab.yaml"]
    for path in tried where FileManager.default.fileExists(atPath: path) { return path }
    throw LabError(.noInput, "no lab configuration found; looked for \(tried.joined(separator: " and ")). Name one with --config FILE")
  }
}
