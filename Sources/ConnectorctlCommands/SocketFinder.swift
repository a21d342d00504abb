import ControlAPI

/// Finds the control socket that a command line means. Pure: what it needs of the machine it is given.
package struct SocketFinder {
  package static let systemSockets = ["/run/connectord/control.sock", "/var/lib/connectord/control.sock"]

  package var environment: [String: String]
  package var exists: (String) -> Bool
  /// The content of a file; nil when it cannot be read.
  package var read: (String) -> [UInt8]?

  package init(environment: [String: String], exists: @escaping (String) -> Bool, read: @escaping (String) -> [UInt8]?) {
    self.environment = environment
    self.exists = exists
    self.read = read
  }

  package func find(_ options: ControlOptions) throws(CommandFailure) -> String {
    if let socket = options.socket { return socket }
    let state = options.state ?? labState
    if let connector = options.connector { return try labSocket(of: connector, state) }
    if options.state != nil {
      if exists("\(state)/lab.json") { return try onlySocket(state) }
      return "\(state)/control.sock"
    }
    if let found = Self.systemSockets.first(where: exists) { return found }
    let tried = "no connector's socket is at \(Self.systemSockets.joined(separator: " or "))"
    let running = (try? connectors(state)).map { $0.map(\.name) } ?? []
    if running.isEmpty {
      throw CommandFailure(
        .unavailable, "notRunning", "\(tried), and no lab runs at \(state). Start one with connector-lab up, or name a socket with --socket PATH")
    }
    throw CommandFailure(
      .unavailable, "notRunning",
      "\(tried). A lab runs at \(state): name one of its connectors, such as --connector \(running[0]) (\(running.joined(separator: ", ")))")
  }

  /// `CONNECTOR_LAB_STATE`, else `connectord-lab` in the user's state directory (XDG Base Directory Specification 0.8).
  package var labState: String {
    if let set = environment["CONNECTOR_LAB_STATE"], !set.isEmpty { return set }
    let home = environment["HOME"] ?? ""
    let state = environment["XDG_STATE_HOME"].flatMap { $0.hasPrefix("/") ? $0 : nil } ?? "\(home)/.local/state"
    return "\(state)/connectord-lab"
  }

  private func labSocket(of name: String, _ state: String) throws(CommandFailure) -> String {
    let known = try connectors(state)
    if let found = known.first(where: { $0.name == name }) { return found.socket }
    throw CommandFailure(
      .unavailable, "unknownConnector", "the lab at \(state) has no connector called '\(name)'; it has \(known.map(\.name).joined(separator: ", "))")
  }

  private func onlySocket(_ state: String) throws(CommandFailure) -> String {
    let known = try connectors(state)
    if known.count == 1 { return known[0].socket }
    throw CommandFailure(
      .usage, "whichConnector",
      "the lab at \(state) has \(known.count) connectors: choose with --connector (\(known.map(\.name).joined(separator: ", ")))")
  }

  private func connectors(_ state: String) throws(CommandFailure) -> [(name: String, socket: String)] {
    let path = "\(state)/lab.json"
    guard let bytes = read(path) else {
      throw CommandFailure(
        .unavailable, "noLab",
        "no lab runs at \(state) (there is no \(path)). Start one with connector-lab up, or name its directory with --state DIR")
    }
    let list = (try? JSONValue(json: bytes))?["connectors"]?.elements ?? []
    let found = list.compactMap { entry in entry["name"]?.text.flatMap { name in entry["socket"]?.text.map { (name: name, socket: $0) } } }
    guard !found.isEmpty else {
      throw CommandFailure(
        .unavailable, "noLab", "\(path) lists no connectors with 'name' and 'socket'; is it a lab's? Start the lab again with connector-lab up")
    }
    return found
  }
}
