/// `host:port`, with an IPv6 address in brackets.
package struct LinkAddress: Hashable, Sendable, CustomStringConvertible {
  package var host: String
  package var port: Int

  package init(host: String, port: Int) {
    self.host = host
    self.port = port
  }

  /// Nil unless there is a host and a port of 1 to 65535.
  package init?(_ text: String) {
    guard let colon = text.lastIndex(of: ":"), let port = Int(text[text.index(after: colon)...]), (1...65535).contains(port) else { return nil }
    var host = text[..<colon]
    if host.hasPrefix("["), host.hasSuffix("]") { host = host.dropFirst().dropLast() } else if host.contains(":") { return nil }
    guard !host.isEmpty, host.utf8.count <= 253, !host.contains(where: { $0.isWhitespace || $0 == "/" || $0 == "@" }) else { return nil }
    self.init(host: String(host), port: port)
  }

  /// The address of an `https://host[:port][/path]` address, and its path without a slash at the end; nil for any other.
  package static func parse(https url: String) -> (address: LinkAddress, path: String)? {
    guard url.hasPrefix("https://") else { return nil }
    let rest = url.dropFirst("https://".count)
    let slash = rest.firstIndex(of: "/") ?? rest.endIndex
    var path = rest[slash...]
    while path.hasSuffix("/") { path = path.dropLast() }
    let place = String(rest[..<slash])
    guard let address = LinkAddress(place) ?? LinkAddress(place + ":443") else { return nil }
    return (address, String(path))
  }

  package var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}
