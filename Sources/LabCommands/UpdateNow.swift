import ArgumentParser
import ConnectorSettings
import Foundation
import Lab
import LiveWorld
import Rollouts
import SimulatedCloud
import World

struct UpdateNow: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "now", abstract: "Update connectors now: no window and no ring holds them up. Still one at a time in a resource location.",
    discussion: """
      Without a name it is for all that do not run the release yet. It waits until each of them is updated or has failed, and prints each step;
      --no-wait returns at once. Exit codes: 0 when all named are updated (or --no-wait and nothing was refused), 1 when one failed or was refused, \
      69 when no lab runs, 75 when --timeout came first.

      EXAMPLE
        connector-lab update now
        connector-lab update now c1 --timeout 10m
      """)

  @OptionGroup var folder: LabFolder
  @Argument(help: "Connectors by short name, fqdn or id (default: all).") var connector: [String] = []
  @Flag(inversion: .prefixedNo, help: "Follow them to the end.") var wait = true
  @Option(help: ArgumentHelp("How long to wait, such as 10m.", valueName: "time")) var timeout = TimeSpan(.seconds(3600))
  @Flag(help: "One JSON object for the answer, for programs; then one for each step.") var json = false

  func run() async throws {
    try await reporting { try await UpdateDesk.with(folder.paths) { try await run($0) } }
  }

  private func run(_ desk: UpdateDesk) async throws {
    let before = try await desk.status().lines.last?.number ?? 0
    let answer = try await desk.order(.init("now", connectors: connector))
    let state = try await desk.status()
    if json { Console.out(try UpdateJSON.line(answer)) } else { say(answer, state, desk) }
    let refused = answer.refusals
    let ids = answer.connectors.filter { id in !answer.already.contains(id) && !refused.contains { $0.connector == id } }
    var failed = refused.map { ($0.connector ?? "", $0.reason) }
    if wait, !ids.isEmpty { failed += try await follow(ids, after: before, desk) }
    guard failed.isEmpty else {
      throw LabError(.failed, failed.map { "\(desk.name($0.0, state)) is not updated: \($0.1)" }.joined(separator: "\nconnector-lab: "))
    }
  }

  private func say(_ answer: UpdateAnswer, _ state: UpdatesState, _ desk: UpdateDesk) {
    for id in answer.already {
      Console.out("\(desk.name(id, state)) runs \(state.status.rows.first { $0.connector == id }?.version.text ?? "it") already")
    }
    for (id, reason) in answer.barred.sorted(by: { $0.key < $1.key }) { Console.out("\(desk.name(id, state)) is passed by: \(reason)") }
    if answer.connectors.isEmpty { Console.out("there is no connector to update") }
  }

  private func follow(_ ids: [String], after number: Int, _ desk: UpdateDesk) async throws -> [(String, String)] {
    let clock = LiveClock()
    let deadline = clock.now().moment + timeout.duration
    var follow = UpdateFollow(ids, after: number)
    while true {
      // A cloud that is starting anew goes on where it was: only the end of the lab ends the wait.
      if let state = try? await desk.status() {
        for line in follow.see(state) { Console.out(json ? try UpdateJSON.line(line) : "\(line.time.iso8601(fraction: 0)) \(line.text)") }
        if follow.isOver {
          if follow.failures.isEmpty, !json {
            Console.out(
              "\(ids.map { desk.name($0, state) }.sorted().joined(separator: ", ")): updated to \(state.status.release?.text ?? "the release")")
          }
          return follow.failures.map { ($0.connector, $0.reason) }
        }
      }
      guard desk.isLabRunning else {
        throw LabError(.unavailable, "the lab on \(desk.paths.root) ended before the update did; it goes on with the next up")
      }
      guard clock.now().moment < deadline else {
        throw LabError(.notReady, "not all were updated within \(timeout); connector-lab update status shows how far they are")
      }
      try await clock.sleep(for: .milliseconds(500))
    }
  }
}
