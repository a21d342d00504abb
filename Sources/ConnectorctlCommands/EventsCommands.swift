import ArgumentParser
import ConnectorSettings
import ControlAPI
package import EventCatalog
import World

struct EventsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "events", abstract: "The connector's latest events; or the catalog of all events.",
    discussion: "EXAMPLE\n  connectorctl --connector c1 events -f --since 5m", subcommands: [ShowEvents.self, ExportEvents.self],
    defaultSubcommand: ShowEvents.self)
}

struct ShowEvents: ConnectorctlLeaf {
  static let configuration = CommandConfiguration(
    "show", "The latest events, oldest first.",
    more: "Each has a sequence number that counts from 1 in one boot of the connector: a missing number is a lost event.",
    example: "connectorctl --connector c1 events -f --code 10000 --code 10001 --json")
  @OptionGroup var options: ControlOptions
  @Flag(name: [.short, .long], help: "Go on with what happens from now, until Ctrl-C.") var follow = false
  @Option(
    name: .long,
    help: ArgumentHelp("Not before this: an age such as 90s, 5m or 2h, or a UTC time such as 2026-11-21T09:30:00Z.", valueName: "age|time"))
  var since: EventSince?
  @Option(name: .long, help: ArgumentHelp("Only this kind; may be given more than once.", valueName: "code")) var code: [Int] = []
  @Option(name: [.customShort("n"), .long], help: ArgumentHelp("Only the latest so many of the past.", valueName: "count")) var limit: Int?

  func validate() throws {
    if let limit, limit < 0 { throw ValidationError("--limit is a count of events, 0 or more; got \(limit)") }
  }

  func perform(_ session: Session) throws -> CommandExit {
    let exchange = try session.connect(session.options)
    let failure = try exchange.events(EventQuery(since: since?.time, codes: code, limit: limit, follow: follow)) { line in
      session.show(line, as: EventText.line(line))
      return true
    }
    if let failure { throw CommandFailure(failure) }
    return .done
  }
}

struct ExportEvents: ParsableCommand {
  static let configuration = CommandConfiguration(
    "export", "The catalog of all events, without a connector.",
    more: """
      catalog is for journalctl --update-catalog, which reads DIR/usr/lib/systemd/catalog; xml the providers' manifests, json for programs, \
      markdown the page docs/events.md.
      """,
    example:
      "connectorctl events export --format catalog > DIR/usr/lib/systemd/catalog/x.catalog && journalctl --update-catalog --root=DIR")
  @OptionGroup var options: ControlOptions
  @Option(name: .long, help: "catalog, xml, json or markdown.") var format: CatalogExport.Format

  func run() throws { Session.live(options).print(CatalogExport.text(format)) }
}

extension CatalogExport.Format: ExpressibleByArgument {}

/// `--since`: an age or a time.
struct EventSince: ExpressibleByArgument, Hashable, Sendable {
  var time: WallTime

  init?(argument: String) { self.init(argument, now: LocalTime.now) }

  init?(_ text: String, now: @autoclosure () -> WallTime) {
    if let time = WallTime(iso8601: text) {
      self.time = time
    } else if let age = TimeSpan(text: text) {
      time = now() - age.duration
    } else {
      return nil
    }
  }
}

/// What people read of one event.
package enum EventText {
  package static func line(_ line: EventLine) -> String {
    let who = line.service.map { "\(line.connector)/\($0.rawValue)" } ?? line.connector
    return OneLine.escape("\(line.time.iso8601(fraction: 3)) #\(line.sequence) \(line.severity) \(line.code) \(line.name) \(who): \(line.message)")
      + "\n"
  }
}
