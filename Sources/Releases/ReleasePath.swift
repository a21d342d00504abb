/// The rules for a path inside a release: it can only name a place inside, and two paths can only name two places, also where letters' cases
/// or Unicode forms do not count.
package enum ReleasePath {
  package static let longest = 512
  package static let longestPart = 128
  package static let deepest = 16

  /// Why the path is refused, without a full stop; nil when it is fine.
  package static func problem(_ path: String) -> String? {
    guard !path.isEmpty else { return "it is empty" }
    guard path.utf8.count <= longest else { return "it is longer than \(longest) bytes" }
    if path.hasPrefix("/") { return "it is absolute" }
    guard path.utf8.allSatisfy(isPlain) else { return "it has a character other than letters, digits, . _ + - @ and /" }
    let parts = path.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count <= deepest else { return "it is more than \(deepest) folders deep" }
    for part in parts {
      if part.isEmpty { return "it has an empty part" }
      if part == "." || part == ".." { return "it has the part '\(part)'" }
      if part.utf8.count > longestPart { return "it has a part longer than \(longestPart) bytes" }
    }
    if path.lowercased() == ReleaseManifest.fileName { return "it is the manifest's own name" }
    return nil
  }

  /// Why these paths cannot stand side by side; nil when they can. Each is taken to be fine on its own.
  package static func clash(_ paths: [String]) -> (path: String, problem: String)? {
    var seen: [String: String] = [:]
    for path in paths {
      if let other = seen.updateValue(path, forKey: path.lowercased()) {
        return (path, other == path ? "it is listed twice" : "it differs from '\(other)' only in the case of letters")
      }
    }
    // What a folder is called, by its name without case.
    var folders: [String: Substring] = [:]
    for path in paths {
      var end = path.startIndex
      while let slash = path[end...].firstIndex(of: "/") {
        let folder = path[..<slash]
        if let file = seen[folder.lowercased()] { return (path, "it lies in '\(file)', which is a file") }
        if let other = folders.updateValue(folder, forKey: folder.lowercased()), other != folder {
          return (path, "its folder differs from '\(other)' only in the case of letters")
        }
        end = path.index(after: slash)
      }
    }
    return nil
  }

  private static func isPlain(_ byte: UInt8) -> Bool {
    (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte) || Array("._+-@/".utf8).contains(byte)
  }
}
