package import World

/// Bytes for one file, in order, and whether the file is rotated first.
package struct FileWrite: Hashable, Sendable {
  package var service: ServiceName
  package var rotate: Bool
  package var bytes: [UInt8]
  package var lines: Int
}

/// What came of a write.
package struct WriteOutcome: Hashable, Sendable {
  package var write: FileWrite
  package var rotated: Bool
  /// The file's size now.
  package var size: Int
  package var error: FileError?
}

/// What the logic knows of one service's log.
struct LogFile: Hashable, Sendable {
  /// Bytes in the current file.
  var size = 0
  /// Bytes in the rotated files, the youngest first.
  var rotated: [Int] = []
  var lines = 0
  var dropped = 0
  /// The last write stopped within a line.
  var torn = false
  /// Lines lost since the file could not be written for another reason than a full disk; nil while all is well.
  var lostInFailure: Int?

  /// Splits texts into writes: a file that would grow beyond `limit` is rotated first. A single text beyond the limit stands alone in a file.
  func plan(_ texts: [String], for service: ServiceName, limit: Int) -> [FileWrite] {
    var writes: [FileWrite] = []
    var current = FileWrite(service: service, rotate: false, bytes: torn ? [UInt8(ascii: "\n")] : [], lines: 0)
    var fileSize = size + current.bytes.count
    for text in texts {
      let count = text.utf8.count
      if fileSize > 0, fileSize + count > limit {
        if current.lines > 0 { writes.append(current) }
        current = FileWrite(service: service, rotate: true, bytes: [], lines: 0)
        fileSize = 0
      }
      current.bytes.append(contentsOf: text.utf8)
      current.lines += 1
      fileSize += count
    }
    if current.lines > 0 { writes.append(current) }
    return writes
  }

  mutating func apply(_ outcome: WriteOutcome, keep: Int) {
    let before = outcome.rotated ? 0 : size
    if outcome.rotated { rotated = Array(([size] + rotated).prefix(max(0, keep))) }
    size = outcome.size
    if outcome.error == nil {
      lines += outcome.write.lines
      torn = false
    } else if size > before {
      torn = true
    }
  }
}
