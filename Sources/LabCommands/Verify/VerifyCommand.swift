import ArgumentParser
import ConnectorCheckers
import EventLogs
import Foundation
import Lab
import LiveWorld
import World

struct Verify: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Hold what live connectors have told against the invariants that the simulation is held to.",
    discussion: """
      Without options: the default lab, running or stopped, its cloud and each of its connectors. A daemon's own events are read from the journal or from a file;
      --config names its configuration, which says where its release folder is, for the invariants of updates.

      Each line says for one invariant how many facts there were, and whether it held; what cannot be told from the input is 'not checked'. N: each event has a
      number, and a hole in them is a loss. E, C1, S1, P1: elections, imports, secrets, privileged operations. F: the cloud's decisions about updates. L, T7, T8,
      F16: updates on the machine. T1 to T6, T9: what was done with signed metadata. What a hole hides, or the end of a process that was killed, is held against nobody.

      EXIT CODES
        0  everything that could be checked held
        1  something did not
        64 the command line is wrong
        65 a line is no event (the message names file and line), or a configuration is wrong
        66 there is nothing to read
        69 the journal cannot be read

      EXAMPLE
        connector-lab verify
        connector-lab verify --journal --config /etc/connectord/connectord.yaml
        journalctl -o json CONNECTOR_NAME=c1.example.com | connector-lab verify --file - --json
      """)

  @OptionGroup var events: EventOptions
  @Option(help: ArgumentHelp("A connector's configuration: its release folder and its bounds. May be given more than once.", valueName: "file"))
  var config: [String] = []
  @Flag(help: "One JSON object, for programs.") var json = false

  func run() async throws {
    try await reporting {
      var input = VerificationInput(try events.read(isWhole: true))
      let connectors =
        try config.map { try ConnectorFolder(DiskPath.absolute($0)) } + (events.isOfLab ? LabEvents(events.folder.paths).connectors() : [])
      input.updates = connectors.compactMap(\.updates)
      if let widest = connectors.map(\.elections).max(by: { $0.leaderless < $1.leaderless }) { input.elections = widest }
      let verification = Verification(input)
      if json {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        Console.out(String(decoding: try encoder.encode(verification), as: UTF8.self))
      } else {
        for line in verification.lines { Console.out(line) }
      }
      if verification.isBroken { throw ExitCode(1) }
    }
  }
}
