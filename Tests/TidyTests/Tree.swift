import Foundation

/// The checkout that the tests were built from.
enum Tree {
  static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  /// Files below a folder of the checkout, as paths relative to the checkout, sorted.
  static func files(below folder: String, endingIn suffix: String = "") -> [String] {
    let base = root.appending(path: folder)
    guard let walker = FileManager.default.enumerator(atPath: base.path) else { return [] }
    return walker.compactMap { $0 as? String }.filter { $0.hasSuffix(suffix) }
      .map { "\(folder)/\($0)" }
      .filter {
        var isDirectory: ObjCBool = false
        return FileManager.default.fileExists(atPath: root.appending(path: $0).path, isDirectory: &isDirectory) && !isDirectory.boolValue
      }
      .sorted()
  }

  static func text(_ path: String) throws -> String { try String(contentsOf: root.appending(path: path), encoding: .utf8) }

  static func lines(_ path: String) throws -> [Substring] { try text(path).split(separator: "\n", omittingEmptySubsequences: false) }

  /// The room (target) that a source file belongs to.
  static func room(of path: String) -> String {
    let parts = path.split(separator: "/")
    guard parts.count > 2, parts[0] == "Sources" else { return "" }
    return parts[1] == "Services" ? "\(parts[2])Service" : String(parts[1])
  }

  /// The modules that a source file imports.
  static func imports(_ path: String) throws -> [String] {
    try lines(path).compactMap { line in
      let words = line.split(separator: " ")
      guard let at = words.firstIndex(of: "import"), at <= 2, !line.hasPrefix(" "), words.count > at + 1 else { return nil }
      guard words[..<at].allSatisfy({ ["package", "public", "internal", "private", "fileprivate"].contains($0) || $0.hasPrefix("@") }) else {
        return nil
      }
      return String(words[at + 1].split(separator: ".")[0])
    }
  }
}
