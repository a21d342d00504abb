import EventCatalog
package import EventLogs
package import Scenarios
package import World

/// What becomes a scenario: events, and which of them.
package struct RecordingInput: Sendable {
  package var log: EventLog
  /// Earlier events are left out.
  package var since: WallTime?
  /// Where the events come from, for people, such as `the lab on /tmp/lab`.
  package var from: String

  package init(_ log: EventLog, since: WallTime? = nil, from: String) { (self.log, self.since, self.from) = (log, since, from) }
}

/// A scenario made of what really happened.
package struct Recording: Sendable {
  package var file: ScenarioFile
  /// Which connector of the scenario is which, and what could not be turned into the simulation: sentences for the top of the file.
  package var notes: [String]

  package var text: String { ScenarioText.write(file, about: notes.map(OneLine.escape)) }
}

/// Why events make no scenario; a sentence with what to do.
package struct RecordingProblem: Error, Hashable, Sendable, CustomStringConvertible {
  package var description: String
}
