/// How much of what comes from outside is taken. All chosen: ten times what is sensible.
enum Bounds {
  static let sessions = 1000

  static func text(_ text: String, _ limit: Int = 256) -> Bool { text.utf8.count <= limit }
  static func name(_ text: String) -> Bool { !text.isEmpty && self.text(text) }

  static func callback(_ text: String) -> Bool {
    self.text(text, 2048) && ["http://", "https://"].contains { text.lowercased().hasPrefix($0) && text.utf8.count > $0.utf8.count }
  }

  static func session(_ session: MachineSession) -> Bool {
    name(session.id) && name(session.user) && session.applications.count <= 100 && session.applications.allSatisfy { text($0) }
  }

  /// For a message: no longer than a line.
  static func shown(_ text: String) -> String { text.count > 80 ? String(text.prefix(80)) + "…" : text }
}
