import Glibc

/// Which port each connector's XML service gets: from the first one on, passing by what somebody else holds.
struct XMLPorts: Equatable {
  /// The port that the first connector should have; 0: any.
  let wanted: Int
  /// One for each connector; nil: no port is left for it.
  let ports: [Int?]

  /// - Parameters:
  ///   - anyFrom: where any free ones are looked for: elsewhere in each process, so that labs that start together do not choose the same.
  ///   - isFree: whether nobody listens there, on loopback.
  static func choose(_ wanted: Int, count: Int, anyFrom: Int = 20_000 + Int(getpid() % 1_000) * 10, isFree: (Int) -> Bool = Self.isFree) -> XMLPorts {
    // Below the ports that the system itself gives to connections, so that none of those is in the way later.
    var next = wanted == 0 ? anyFrom : wanted
    let ports = (0..<count).map { _ -> Int? in
      while next <= 65_535, !isFree(next) { next += 1 }
      guard next <= 65_535 else { return nil }
      defer { next += 1 }
      return next
    }
    return XMLPorts(wanted: wanted, ports: ports)
  }

  /// What a person who counts on the usual ports must know.
  func notes(_ names: [String]) -> [String] {
    guard wanted != 0 else { return [] }
    return zip(names, ports).enumerated().compactMap { place, pair in
      guard let port = pair.1 else { return "\(pair.0) has no XML service: every port from \(wanted) on is taken; choose another with --xml-port" }
      let usual = place == 0 ? wanted : (ports[place - 1] ?? wanted) + 1
      return port == usual
        ? nil : "port\(port > usual + 1 ? "s \(usual) to \(port - 1) are" : " \(usual) is") taken: the XML service of \(pair.0) is at port \(port)"
    }
  }

  private static func isFree(_ port: Int) -> Bool {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    guard descriptor >= 0 else { return true }
    defer { close(descriptor) }
    // Connections that have ended hold nothing; who listens does.
    var on: Int32 = 1
    setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, socklen_t(MemoryLayout<Int32>.size))
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = in_port_t(port).bigEndian
    address.sin_addr.s_addr = in_addr_t(0x7f00_0001).bigEndian
    return withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0 }
    }
  }
}
