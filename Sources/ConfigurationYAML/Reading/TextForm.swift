import World

/// What a text must look like.
package enum TextForm: String, Sendable {
  case any, nonEmpty, hostName, httpsURL, hostPort, uuid, token
  /// `hostPort`, or empty for no listener.
  case listener
  /// The id of a Secure Ticket Authority, or empty for one that is made.
  case staIdentity
  /// A path; a relative one is taken from the folder of the file that names it.
  case path

  package var expected: String {
    switch self {
    case .any: "a text"
    case .nonEmpty: "a text that is not empty"
    case .hostName: "a fully qualified host name such as cc-01.forest1.local"
    case .httpsURL: "an https address such as https://cloud.example:8443"
    case .hostPort: "host:port, such as 127.0.0.1:8089"
    case .listener: "host:port, such as 127.0.0.1:8080, or nothing for no listener"
    case .staIdentity: "fewer than 32 upper-case letters and digits, such as STA0A1B2C3D4E5F, or nothing"
    case .uuid: "a UUID such as 5b0c8f0e-8d1f-4b8e-9f53-1f0f5a9f7e11"
    case .token: "a text without spaces or slashes"
    case .path: "the path of a file or folder"
    }
  }

  /// Why the text does not have this form, as the rest of a sentence; nil when it has.
  package func problem(_ text: String) -> String? {
    switch self {
    case .any: return nil
    case .nonEmpty: return text.isEmpty ? "is empty; write \(expected)" : nil
    case .path:
      if text.isEmpty { return "is empty; write \(expected)" }
      return text.utf8.contains(0) ? "holds a zero byte; write \(expected)" : nil
    case .token:
      let bad = text.isEmpty || text.unicodeScalars.contains { $0.value <= 32 || $0.value == 127 || $0 == "/" || $0 == "?" || $0 == "#" || $0 == "%" }
      return bad ? "must be \(expected), because it becomes part of addresses" : nil
    case .hostName: return HostName.problem(text).map { "is not a fully qualified host name: \($0)" }
    case .hostPort: return Self.hostPortProblem(text).map { "\($0); write \(expected)" }
    case .listener: return text.isEmpty ? nil : Self.hostPortProblem(text).map { "\($0); write \(expected)" }
    case .staIdentity:
      let isGood = text.utf8.count < 32 && text.utf8.allSatisfy { (48...57).contains($0) || (65...90).contains($0) }
      return isGood ? nil : "is no id of a ticket authority; write \(expected)"
    case .httpsURL: return Self.urlProblem(text).map { "\($0); write \(expected)" }
    case .uuid: return Self.isUUID(text) ? nil : "is not a UUID; write one such as 5b0c8f0e-8d1f-4b8e-9f53-1f0f5a9f7e11"
    }
  }

  private static func urlProblem(_ text: String) -> String? {
    let scheme = text.prefix { $0 != ":" }.lowercased()
    guard text.lowercased().hasPrefix("https://") else {
      return scheme == "http" ? "is not encrypted: http is refused" : "is not an https address"
    }
    var authority = text.dropFirst(8).prefix { $0 != "/" }
    guard text.dropFirst(8 + authority.count).allSatisfy({ $0 == "/" }) else { return "has a path or query behind the host, which is not used" }
    guard !authority.contains("@") else { return "holds user information, which is not used" }
    if !authority.contains(":") || authority.hasSuffix("]") { authority += ":443" }
    return hostPortProblem(String(authority))
  }

  private static func hostPortProblem(_ text: String) -> String? {
    guard let colon = text.lastIndex(of: ":") else { return "has no port" }
    let host = text[..<colon]
    let port = text[text.index(after: colon)...]
    guard !host.isEmpty else { return "has no host" }
    guard !host.unicodeScalars.contains(where: { $0.value <= 32 || $0 == "/" }) else { return "has a host with a space or a slash" }
    guard !host.contains(":") || (host.hasPrefix("[") && host.hasSuffix("]")) else { return "has a host with a colon that is not in [brackets]" }
    guard port.utf8.allSatisfy({ (48...57).contains($0) }), let number = Int(port), number <= 65_535 else {
      return "has the port '\(port)', which is not a number from 0 to 65535"
    }
    return nil
  }

  private static func isUUID(_ text: String) -> Bool {
    let parts = text.split(separator: "-", omittingEmptySubsequences: false)
    return parts.map(\.utf8.count) == [8, 4, 4, 4, 12] && parts.joined().allSatisfy { $0.isHexDigit && $0.isASCII }
  }
}
