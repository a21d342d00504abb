import ArgumentParser
import Foundation
import Lab
import SimulatedCloud
import World

/// An order to the coordinator that is over when it is answered: what was decided is printed, and what stands against it is an error.
enum UpdateOrdering {
  static func run(_ folder: LabFolder, _ order: UpdateDesk.Order) async throws {
    try await reporting {
      let answer = try await UpdateDesk.with(folder.paths) { try await $0.order(order) }
      if let refused = answer.refusals.first { throw LabError(.failed, refused.reason) }
      for line in answer.lines { Console.out("\(line.time.iso8601(fraction: 0)) \(line.text)") }
    }
  }
}

struct UpdatePause: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "pause", abstract: "Let nothing start any more. What is under way goes on to its end; who only drains stops.",
    discussion: """
      EXAMPLE
        connector-lab update pause
      """)
  @OptionGroup var folder: LabFolder
  func run() async throws { try await UpdateOrdering.run(folder, .init("pause")) }
}

struct UpdateResume: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "resume", abstract: "Go on after a pause or a halt; failures so far no longer count.",
    discussion: """
      EXAMPLE
        connector-lab update resume
      """)
  @OptionGroup var folder: LabFolder
  func run() async throws { try await UpdateOrdering.run(folder, .init("resume")) }
}

struct UpdateAbort: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "abort", abstract: "End the rollout of this release for good. Who runs it keeps it; only a higher version goes out again.",
    discussion: """
      EXAMPLE
        connector-lab update abort
      """)
  @OptionGroup var folder: LabFolder
  func run() async throws { try await UpdateOrdering.run(folder, .init("abort")) }
}

struct UpdateClear: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "clear", abstract: "Let a connector take part again that was rolled back, or is quarantined, blocked or stuck.",
    discussion: """
      The connector itself remembers a version that failed on it, too: connectorctl update clear there.

      EXAMPLE
        connector-lab update clear c1
      """)
  @OptionGroup var folder: LabFolder
  @Argument(help: "Its short name, fqdn or id.") var connector: String
  func run() async throws { try await UpdateOrdering.run(folder, .init("clear", connector: connector)) }
}

struct UpdateDelay: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "delay",
    abstract: "Delay a resource location's updates by two weeks, once until they are taken, also when a newer release comes meanwhile.",
    discussion: """
      EXAMPLE
        connector-lab update delay
      """)
  @OptionGroup var folder: LabFolder
  @Argument(help: "The resource location by name or id (default: the only one).") var location: String?
  func run() async throws { try await UpdateOrdering.run(folder, .init("delay", location: location)) }
}

struct UpdateWiden: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "widen", abstract: "Let a ring of the release that is out reach further; never less far.",
    discussion: """
      connector-lab release publish with a larger --ring does the same for a release that was published to a share.

      EXAMPLE
        connector-lab update widen share 50%
      """)
  @OptionGroup var folder: LabFolder
  @Argument(help: "The ring's name, as update status shows it.") var ring: String
  @Argument(help: ArgumentHelp("How far it reaches, such as 50% or 12.5%.", valueName: "share")) var share: String

  func validate() throws { _ = try upTo }

  func run() async throws { try await UpdateOrdering.run(folder, .init("widen", ring: ring, upTo: try upTo)) }

  /// Hundredths of a percent.
  private var upTo: Int {
    get throws {
      guard let match = share.wholeMatch(of: #/([0-9]{1,3})(?:\.([0-9]{1,2}))?%/#), let whole = Int(match.1) else { throw wrong }
      let digits = match.2.map { $0.count == 1 ? $0 + "0" : $0 } ?? "00"
      let value = whole * 100 + (Int(digits) ?? 0)
      guard (1...10_000).contains(value) else { throw wrong }
      return value
    }
  }

  private var wrong: ValidationError { ValidationError("share is '\(share)'; expected 0.01% to 100%, such as 50%") }
}
