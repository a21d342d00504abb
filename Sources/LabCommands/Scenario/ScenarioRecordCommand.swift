import ArgumentParser
import ConnectorSettings
import Lab
import LiveWorld
import ScenarioRecordings
import Scenarios
import World

extension ScenarioCommand {
  struct Record: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Turn what happened in a lab, or to a daemon, into a scenario that replays it in virtual time.",
      discussion: """
        Without options: the default lab, running or stopped, since it was brought up last. What is replayed: connectors and locations, faults that were ordered,
        connectors that were killed, crashed or restarted, outages of the cloud, lost connections and full disks, releases, and orders of operators. What was seen
        is expected again. What the simulation cannot do stands at the top of the file and is printed.

        It writes recorded-<time>.yaml into the current folder, named by when the recording begins, so that a later recording of the same run replaces it; --out
        names another file, and --out - writes to standard output.

        EXIT CODES
          0  written
          64 the command line is wrong
          65 a line is no event (the message names file and line), or nothing can be made of the events
          66 there is nothing to read
          69 the journal cannot be read
          73 the file cannot be written

        EXAMPLE
          connector-lab scenario record
          connector-lab scenario record --since 10m --out killed.yaml && connector-lab scenario run killed.yaml
          journalctl -o json CONNECTOR_NAME=c1.example.com | connector-lab scenario record --file - --out -
        """)

    @OptionGroup var events: EventOptions
    @Option(help: ArgumentHelp("Only from here on: an age such as 10m, or a UTC time such as 2026-11-21T09:30:00Z.", valueName: "age|time"))
    var since: Since?
    @Option(help: ArgumentHelp("The file to write; '-': standard output.", valueName: "file")) var out: String?

    func run() async throws {
      try await reporting {
        let recording: Recording
        let input = RecordingInput(try events.read(isWhole: false), since: since?.time(LiveClock().now().wall), from: events.from)
        do throws(RecordingProblem) { recording = try Recording(input) } catch { throw LabError(.data, "\(error)") }
        if out == "-" { return Console.raw(recording.text) }
        let path = out ?? "\(recording.file.name).yaml"
        try SimFiles.replace(path, recording.text)
        Console.out("\(path): \(recording.file.whatHappened)")
        for note in recording.notes { Console.out("  \(note)") }
        Console.out("run it: connector-lab scenario run \(path)")
      }
    }
  }

  /// An age or a time.
  struct Since: ExpressibleByArgument {
    private enum Form {
      case age(Duration)
      case time(WallTime)
    }
    private let form: Form

    init?(argument: String) {
      if let time = WallTime(iso8601: argument) {
        form = .time(time)
      } else if let age = TimeSpan(text: argument) {
        form = .age(age.duration)
      } else {
        return nil
      }
    }

    func time(_ now: WallTime) -> WallTime {
      switch form {
      case .age(let age): now + (.zero - age)
      case .time(let time): time
      }
    }
  }
}
