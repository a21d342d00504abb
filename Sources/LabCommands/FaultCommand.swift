import ArgumentParser
import CloudAPI
import Lab
import LiveFaults
import World

struct FaultCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "fault", abstract: "Let things go wrong in the lab that runs. Every fault heals by itself.",
    discussion: """
      A fault ends with its lease, with clear, and with the lab. What applies it keeps the lease by its own clock, so none outlives it.

      EXAMPLE
        connector-lab fault add --on link:c1 --kind latency --value 300ms --jitter 50ms --for 1m
        connector-lab fault list
        connector-lab fault clear
      """,
    subcommands: [FaultAdd.self, FaultShow.self, FaultClear.self])
}

struct FaultAdd: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "add", abstract: "Order a fault of the lab that runs.",
    discussion: """
      ON A LINK (link:c1: the connection between a connector and its cloud)
        latency     each piece of data comes --value later each way, more or less --jitter
        loss        --value of all pieces are lost and come again after 200 ms, 400 ms, …, as TCP sends them again; seven losses in a row reset the connection
        partition   nothing passes; --value up: nothing to the cloud, down: nothing from it. A new connection is accepted and then hears nothing
        slow-link   --value bytes a second each way, such as 64KiB/s
        slow-close  the cloud's end closes --value later
        reset       each connection is reset, --value after it began (default: at once)
      ON A SERVICE (service:c1/logger), or one of its operations (service:c1/logger/collect), as it is asked by the cloud and by connectorctl
        latency, error (--value: the code, such as unavailable), wrong-answer (JSON of another shape)
        crash, hang  of an operation: each call of it crashes the service, or waits; of a service: once, at once
      ON A CONNECTOR (connector:c1)
        crash       its process is killed, and started again
        hang        its process stands still. After 30 s its launcher takes it for dead and starts it anew
        disk-full   it can write no file; its databases are not concerned
      BETWEEN CONNECTORS (peers:c1: c1 and all others of its resource location)
        partition   nothing passes; --value up: nothing that c1 says, down: nothing that it hears

      --probability is drawn for each piece of data (latency of a link), each connection (the rest of a link), each call, each write; loss, and what strikes once, takes none.
      Exit codes: 0 when it holds, 1 when it cannot be applied, 64 when the order is wrong, 69 when no lab runs, 75 when the connector did not take it within 10 s.

      EXAMPLE
        connector-lab fault add --on link:c1 --kind partition --for 30s
        connector-lab fault add --on service:c1/ad-provider/find --kind error --value unavailable --probability 20% --seed 7
        connector-lab fault add --on connector:c2 --kind disk-full --for 2m
        connector-lab fault add --on peers:c1 --kind partition --for 1m
      """)

  @OptionGroup var folder: LabFolder
  @Option(help: ArgumentHelp("Where: link:c1, service:c1/logger, service:c1/logger/collect, connector:c1 or peers:c1.", valueName: "place"))
  var on: String
  @Option(help: ArgumentHelp("What; see above.", valueName: "kind")) var kind: String
  @Option(help: ArgumentHelp("How much, such as 300ms, 20% or 64KiB/s.", valueName: "value")) var value: String?
  @Option(help: ArgumentHelp("Of a latency, around its value, such as 50ms.", valueName: "time")) var jitter: String?
  @Option(help: ArgumentHelp("How often, such as 20% (default: always).", valueName: "share")) var probability: String?
  @Option(help: ArgumentHelp("What chance is drawn from (default: drawn, and shown).", valueName: "number")) var seed: UInt64?
  @Option(name: .customLong("for"), help: ArgumentHelp("The lease, such as 1m (default: 5m, at most 1d).", valueName: "time")) var lasts: String?
  @Flag(help: "One JSON object, for programs.") var json = false

  private var order: FaultOrder { FaultOrder(on: on, kind: kind, value: value, jitter: jitter, probability: probability, seed: seed, lasts: lasts) }

  func validate() throws {
    do { _ = try FaultRule(order) } catch { throw ValidationError(error.description) }
  }

  func run() async throws {
    try await reporting {
      let desk = try FaultDesk(folder.paths)
      defer { Task { await desk.close() } }
      let ordered = try await desk.add(order)
      let fault = try await desk.applied(ordered, within: .seconds(10))
      guard let fault else {
        throw LabError(.notReady, "\(FaultTable.line(ordered)) is not applied yet: its connector does not answer. It waits, and ends with its lease")
      }
      if fault.standing == .ended, let reason = fault.reason, reason.hasPrefix("refused: ") {
        throw LabError(.failed, "\(fault.fault.kind) of \(fault.fault.on) cannot be applied: \(reason.dropFirst("refused: ".count))")
      }
      if json { return Console.out(try UpdateJSON.line(fault)) }
      let rest = fault.standing == .ended ? fault.reason ?? "it is over" : "connector-lab fault clear \(fault.id) ends it at once"
      Console.out("\(FaultTable.line(ordered)) (seed \(fault.fault.seed ?? 0)); \(rest)")
    }
  }
}

struct FaultShow: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "Show the faults that there are, and how much of their leases is left.",
    discussion: """
      Exit codes: 0, also when there are none; 69 when no lab runs.

      EXAMPLE
        connector-lab fault list
        connector-lab fault list --json | jq '.faults[] | {id, on: .fault.on, left}'
      """)

  @OptionGroup var folder: LabFolder
  @Flag(help: "One JSON object, for programs: those that hold, and the latest that ended, with milliseconds left.") var json = false

  func run() async throws {
    try await reporting {
      let desk = try FaultDesk(folder.paths)
      defer { Task { await desk.close() } }
      let list = try await desk.list()
      for line in json ? [try UpdateJSON.line(list)] : FaultTable.lines(list) { Console.out(line) }
    }
  }
}

struct FaultClear: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "clear", abstract: "Heal all faults, or one.",
    discussion: """
      Exit codes: 0, also when there was none to clear; 1 when the fault that is named does not exist; 69 when no lab runs.

      EXAMPLE
        connector-lab fault clear
        connector-lab fault clear 3
      """)

  @OptionGroup var folder: LabFolder
  @Argument(help: "Its id, as fault list shows it (default: all).") var id: Int?

  func run() async throws {
    try await reporting {
      let desk = try FaultDesk(folder.paths)
      defer { Task { await desk.close() } }
      let cleared = try await desk.clear(id)
      if cleared.isEmpty { Console.out("no faults") }
      for fault in cleared { Console.out("fault \(fault.id) on \(fault.fault.on) is over: \(fault.fault.short)") }
    }
  }
}
