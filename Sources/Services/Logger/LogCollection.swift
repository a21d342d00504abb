import ArchiveLib
import FoundationEssentials
import World

/// The archive that `collect` answers with.
package struct CollectedLogs: Hashable, Sendable {
  package var archive: [UInt8]
  package var files: Int
  package var leftOut: Int
}

/// Why there is none: one sentence.
package struct CollectFailure: Error, Hashable, Sendable {
  package var detail: String
}

/// Packs the log directory.
struct LogCollection {
  var files: any Files
  var directory: String
  var connector: String
  var now: WallTime

  /// What the archive's `manifest.json` says.
  struct Manifest: Codable, Hashable {
    struct File: Codable, Hashable {
      var name: String
      var bytes: Int
    }
    var connector: String
    var time: WallTime
    var files: [File]
    /// Files that were beyond the size limit or could not be read.
    var leftOut: [File]

    enum CodingKeys: String, CodingKey {
      case connector, time, files
      case leftOut = "left_out"
    }
  }

  /// The newest logs of every service first, as many as fit into `maxBytes` before compression.
  func collect(maxBytes: Int) -> Result<CollectedLogs, CollectFailure> {
    do {
      var found: [Manifest.File] = []
      for name in try list() where LogNames.parse(name) != nil {
        guard let info = try files.info("\(directory)/\(name)"), !info.isDirectory else { continue }
        found.append(Manifest.File(name: name, bytes: Int(clamping: info.size)))
      }
      var manifest = Manifest(connector: connector, time: now, files: [], leftOut: [])
      var entries: [ArchiveEntry] = []
      var room = maxBytes
      for file in Self.newestFirst(found) {
        guard file.bytes <= room, let bytes = try? files.read("\(directory)/\(file.name)"), bytes.count <= room else {
          manifest.leftOut.append(file)
          continue
        }
        room -= bytes.count
        manifest.files.append(Manifest.File(name: file.name, bytes: bytes.count))
        entries.append(ArchiveEntry(name: "logs/\(file.name)", bytes: bytes, modified: now))
      }
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
      entries.insert(ArchiveEntry(name: "manifest.json", bytes: Array(try encoder.encode(manifest)), modified: now), at: 0)
      return .success(CollectedLogs(archive: try TarGzip.archive(entries), files: manifest.files.count, leftOut: manifest.leftOut.count))
    } catch {
      return .failure(CollectFailure(detail: "\(error)"))
    }
  }

  /// Nothing was logged yet where there is no directory.
  private func list() throws -> [String] {
    do {
      return try files.list(directory)
    } catch  where error.kind == .notFound {
      return []
    }
  }

  static func newestFirst(_ found: [Manifest.File]) -> [Manifest.File] {
    found.sorted { (LogNames.parse($0.name)?.age ?? .max, $0.name) < (LogNames.parse($1.name)?.age ?? .max, $1.name) }
  }
}

/// `ad-provider.log` is the current file, `ad-provider.log.1` the one before.
enum LogNames {
  static func name(_ service: ServiceName, age: Int) -> String { age == 0 ? "\(service.rawValue).log" : "\(service.rawValue).log.\(age)" }

  /// Nil for a name that is none of ours.
  static func parse(_ name: String) -> (service: ServiceName, age: Int)? {
    let parts = name.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 2 || parts.count == 3, parts[1] == "log", let service = ServiceName(rawValue: String(parts[0])) else { return nil }
    guard parts.count == 3 else { return (service, 0) }
    guard let age = Int(parts[2]), age > 0, String(age) == parts[2] else { return nil }
    return (service, age)
  }
}
