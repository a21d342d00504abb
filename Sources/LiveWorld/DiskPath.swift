import Glibc

/// Paths that a person wrote, as the ports of the disk want them.
package enum DiskPath {
  /// From `/`, without `.`, `..` and empty parts; a relative path is taken from the current folder, and an empty one is that folder. Should the current folder
  /// be gone, a relative path is given back as it is.
  ///
  /// By words alone: no link is followed. `~` and `~/…` mean `home`, because no shell replaces them in `--state=~/lab`.
  package static func absolute(_ path: String, home: String? = Self.home) -> String {
    if let home, path == "~" || path.hasPrefix("~/") { return absolute(home + path.dropFirst(), in: "/") }
    if path.hasPrefix("/") { return absolute(path, in: "/") }
    guard let here = getcwd(nil, 0) else { return path }
    defer { free(here) }
    return absolute(path, in: String(cString: here))
  }

  /// What the environment says; nil when it says nothing.
  package static var home: String? { getenv("HOME").map { String(cString: $0) }.flatMap { $0.hasPrefix("/") ? $0 : nil } }

  /// The same for a path that is taken from `folder`, itself absolute.
  package static func absolute(_ path: String, in folder: String) -> String {
    var parts: [Substring] = []
    for part in (path.hasPrefix("/") ? path : "\(folder)/\(path)").split(separator: "/") where part != "." {
      if part == ".." { _ = parts.popLast() } else { parts.append(part) }
    }
    return "/" + parts.joined(separator: "/")
  }
}
