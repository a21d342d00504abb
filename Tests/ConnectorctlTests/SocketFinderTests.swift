import ArgumentParser
import ConnectorctlCommands
import Testing

@Suite struct SocketFinderTests {
  static let lab = #"{"pid":1,"connectors":[{"name":"c1","socket":"/s/c1.sock","x":1},{"name":"c2","socket":"/s/c2.sock"}]}"#
  static let small = #"{"connectors":[{"name":"only","socket":"/s/only.sock"}]}"#

  struct Row: Sendable {
    var arguments: [String]
    var environment = ["HOME": "/home/a"]
    var files: [String: String] = [:]
    var socket: String?
    var status: CommandExit?
    var words = ""
  }

  static let home = "/home/a/.local/state/connectord-lab"
  static let table: [Row] = [
    Row(arguments: ["--socket", "/x.sock", "--connector", "c1"], socket: "/x.sock"),
    Row(arguments: ["--connector", "c2"], files: ["\(home)/lab.json": lab], socket: "/s/c2.sock"),
    Row(arguments: ["--connector", "c2", "--state", "/l"], files: ["/l/lab.json": lab], socket: "/s/c2.sock"),
    Row(
      arguments: ["--connector", "c1"], environment: ["HOME": "/home/a", "XDG_STATE_HOME": "/xdg"], files: ["/xdg/connectord-lab/lab.json": lab],
      socket: "/s/c1.sock"),
    Row(arguments: ["--connector", "c1"], environment: ["CONNECTOR_LAB_STATE": "/e"], files: ["/e/lab.json": lab], socket: "/s/c1.sock"),
    Row(arguments: ["--connector", "c9"], files: ["\(home)/lab.json": lab], status: .unavailable, words: "it has c1, c2"),
    Row(arguments: ["--connector", "c1"], status: .unavailable, words: "connector-lab up"),
    Row(arguments: ["--connector", "c1"], files: ["\(home)/lab.json": "{"], status: .unavailable, words: "lists no connectors"),
    Row(
      arguments: ["--connector", "c1"], files: ["\(home)/lab.json": #"{"connectors":[{"name":1}]}"#], status: .unavailable,
      words: "lists no connectors"),
    Row(arguments: ["--state", "/l"], files: ["/l/lab.json": lab], status: .usage, words: "choose with --connector (c1, c2)"),
    Row(arguments: ["--state", "/l"], files: ["/l/lab.json": small], socket: "/s/only.sock"),
    Row(arguments: ["--state", "/var/lib/c"], socket: "/var/lib/c/control.sock"),
    Row(
      arguments: [], files: ["/run/connectord/control.sock": "", "/var/lib/connectord/control.sock": ""], socket: "/run/connectord/control.sock"),
    Row(arguments: [], files: ["/var/lib/connectord/control.sock": ""], socket: "/var/lib/connectord/control.sock"),
    Row(arguments: [], status: .unavailable, words: "/run/connectord/control.sock or /var/lib/connectord/control.sock"),
    Row(arguments: [], files: ["\(home)/lab.json": lab], status: .unavailable, words: "such as --connector c1"),
  ]

  @Test(arguments: table) func theSocketOfACommandLine(_ row: Row) throws {
    let options = try ControlOptions.parse(row.arguments)
    let finder = SocketFinder(environment: row.environment, exists: { row.files[$0] != nil }, read: { row.files[$0].map { Array($0.utf8) } })
    var found: String?
    var failure: CommandFailure?
    do { found = try finder.find(options) } catch { failure = error }
    #expect(found == row.socket)
    #expect(failure?.status == row.status)
    if let failure { #expect(failure.detail.contains(row.words), "\(failure.detail)") }
  }
}
