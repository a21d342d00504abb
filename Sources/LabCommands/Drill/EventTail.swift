import EventCatalog
import EventLogs
import Foundation
import Lab
import World

/// Follows one connector's file of events from where it ends now, also across the file's rotation.
final class EventTail {
  private let path: String
  private var handle: FileHandle?
  private var inode: UInt64 = 0
  private var rest: [UInt8] = []

  /// - Parameter folder: the connector's.
  init(folder: String) {
    path = "\(folder)/\(LabPaths.eventFile)"
    open()
    _ = try? handle?.seekToEnd()
  }

  /// What was written since it was asked last. A line that is being written waits for the next time; one that cannot be read is passed over.
  func news() -> [EventRecord] {
    read()
    if Self.inode(path) != inode {
      open()
      read()
    }
    guard let end = rest.lastIndex(of: 10) else { return [] }
    let whole = rest[...end]
    rest = Array(rest[(end + 1)...])
    return whole.split(separator: 10).flatMap { (try? EventLogReader.read(Array($0) + [10], file: path))?.records ?? [] }
  }

  private func open() {
    inode = Self.inode(path)
    handle = FileHandle(forReadingAtPath: path)
  }

  private func read() { if let data = try? handle?.readToEnd() { rest += [UInt8](data) } }

  private static func inode(_ path: String) -> UInt64 {
    var info = stat()
    return stat(path, &info) == 0 ? UInt64(info.st_ino) : 0
  }
}
