package import Glibc

/// The path of a Unix socket, checked: it fits the system's address.
package struct SocketPath: Hashable, Sendable, CustomStringConvertible {
  /// `sun_path` of Linux holds 108 bytes, the last of them 0 (unix(7)).
  package static let limit = 107

  package let text: String

  /// Throws `tooLong`, or `notAbsolute`.
  package init(_ text: String) throws(SocketPathError) {
    guard text.hasPrefix("/"), !text.utf8.contains(0) else { throw .notAbsolute(text) }
    guard text.utf8.count <= Self.limit else { throw .tooLong(path: text, length: text.utf8.count) }
    self.text = text
  }

  package var description: String { text }

  /// Calls `body` with the system's address of the path.
  package func withAddress<Value>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Value) -> Value {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: text.utf8.prefix(Self.limit)) }
    return withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, socklen_t(MemoryLayout<sockaddr_un>.size)) }
    }
  }
}

package enum SocketPathError: Error, Hashable, Sendable, CustomStringConvertible {
  case tooLong(path: String, length: Int)
  case notAbsolute(String)

  package var description: String {
    switch self {
    case .tooLong(let path, let length):
      "the socket path \(path) has \(length) bytes; the system allows \(SocketPath.limit). "
        + "Choose a shorter state directory or set state.controlSocket"
    case .notAbsolute(let path): "the socket path '\(path)' is not absolute; write it from / on"
    }
  }
}
