import ArgumentParser
import ConnectorSettings
import Foundation
import Lab
import LiveWorld
import OutageDrills
import World

struct DrillCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "drill", abstract: "Rehearse what must go well when it is needed.",
    discussion: """
      EXAMPLE
        connector-lab drill outage --duration 3m --report out.html
      """,
    subcommands: [DrillOutage.self])
}

struct DrillOutage: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "outage", abstract: "Cut the cloud of the lab that runs, wait, mend it, and tell what came of it.",
    discussion: """
      The way from every connector to the cloud is cut (a partition of each link, which heals by itself at the latest when its lease ends), and mended after
      --duration. The timeline has when the outage was noticed, when each connector entered outage mode, when machines lost their broker and were registered again,
      which launches and tickets were kept, failed or lost, and how long the recovery took. It is made of the connectors' own events, and of what
      connector-lab vda and connector-lab storefront count, if they run meanwhile; a StoreFront should: a connector that StoreFront never uses cannot enter outage
      mode by itself.

      The profile is how soon connectors take the cloud for lost; it is a setting of theirs, so --profile only makes sure that the lab has it (connector-lab up
      --profile NAME). How long Initial HA and Pending Recovery last stands in the lab's configuration (connectors.initialHA, connectors.pendingRecovery).

      EXIT CODES
        0   all went well
        1   something that was acknowledged was lost, or outage mode was not entered, or it was not over in time (each check is printed)
        64  the command line is wrong
        69  no lab runs, or its cloud does not answer
        73  a file cannot be written
        75  a connector's link could not be cut within 10 s
        78  the lab runs with another profile
        130 stopped by Ctrl-C; the cloud was mended first

      EXAMPLE
        connector-lab drill outage --duration 3m --profile cloud-20s --report out.html
        connector-lab drill outage --duration 1m --json --junit drill.xml
      """)

  @OptionGroup var folder: LabFolder
  @Option(help: ArgumentHelp("How long the cloud is cut.", valueName: "time")) var duration = TimeSpan(.seconds(180))
  @Option(
    help: ArgumentHelp("The timers that the lab must have: cloud-20s, cloud-60s or onprem-90s (default: those that it has).", valueName: "name"))
  var profile: ConnectorConfiguration.HighAvailability.Profile?
  @Option(help: ArgumentHelp("How long the recovery may take, once the cloud is mended.", valueName: "time")) var recover = TimeSpan(.seconds(300))
  @Option(help: ArgumentHelp("What is looked at before the cut.", valueName: "time")) var before = TimeSpan(.seconds(5))
  @Option(help: ArgumentHelp("Write a page with a picture.", valueName: "file")) var report: String?
  @Option(help: ArgumentHelp("Write JUnit's XML, for a build server.", valueName: "file")) var junit: String?
  @Flag(help: "Print one JSON object at the end, and nothing else, for programs.") var json = false

  func validate() throws {
    guard duration.duration >= .seconds(1), duration.duration <= .seconds(23 * 3_600) else {
      throw ValidationError("--duration is \(duration); expected 1s to 23h")
    }
  }

  func run() async throws {
    try await reporting {
      let site = try RunningSite(folder.paths)
      if let profile, profile.rawValue != site.site.outageProfile {
        throw LabError(
          .configuration,
          "the lab on \(folder.paths.root) runs with \(site.site.outageProfile), not with \(profile.rawValue); bring it up with it: "
            + "connector-lab down; connector-lab up --profile \(profile.rawValue). Nothing was cut")
      }
      let drill = LiveDrill(site: site, paths: folder.paths, plan: .init(before: before.duration, cut: duration.duration, recover: recover.duration))
      {
        if !json { Console.out($0) }
      }
      let (outcome, isStopped) = try await drill.run()
      if json {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        Console.out(String(decoding: try encoder.encode(outcome), as: UTF8.self))
      } else {
        for line in DrillText.lines(outcome) { Console.out(line) }
      }
      if let report {
        try SimFiles.replace(report, DrillPage.html(outcome))
        if !json { Console.out("page: \(report)") }
      }
      if let junit { try SimFiles.replace(junit, DrillJUnit.text(outcome)) }
      if isStopped { throw ExitCode(130) }
      if !outcome.isGood { throw ExitCode(1) }
    }
  }
}
