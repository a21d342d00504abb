package import World

/// The lab's repository of releases as files to be served: `metadata/` and `targets/`, and nothing beside them.
package struct ReleaseFiles: Sendable {
  private let files: any Files
  private let folder: String

  /// - Parameter folder: holds `metadata` and `targets`; it may come into being later.
  package init(files: any Files, folder: String) {
    self.files = files
    self.folder = folder
  }

  /// The parts of the path below `/releases`, percent-decoded; nil for what is not there or is no plain file.
  ///
  /// No part can lead out of the folder: letters, digits and `-._` only, and none begins with a dot. What is being written has such a name too.
  func open(_ parts: [String]) -> (length: Int64, path: String)? {
    guard let first = parts.first, ["metadata", "targets"].contains(first), (2...8).contains(parts.count), parts.allSatisfy(Self.isPlain) else {
      return nil
    }
    var path = folder
    for (index, part) in parts.enumerated() {
      path += "/\(part)"
      guard let info = try? files.info(path), !info.isLink, info.isDirectory == (index < parts.count - 1) else { return nil }
      if !info.isDirectory { return (info.size, path) }
    }
    return nil
  }

  func reader(_ path: String) throws(FileError) -> any FileReader { try files.reader(of: path) }

  private static func isPlain(_ part: String) -> Bool {
    !part.hasPrefix(".") && part.utf8.count <= 255 && !part.isEmpty
      && part.utf8.allSatisfy { (48...57).contains($0) || (65...90).contains($0) || (97...122).contains($0) || [45, 46, 95].contains($0) }
  }
}
